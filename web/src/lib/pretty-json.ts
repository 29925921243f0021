/** Sets JSON out over lines without reading its values: every literal keeps its text, however large a number is. */
export function prettyJson(text: string): string {
  let out = '';
  let depth = 0;
  let at = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '"') {
      const end = stringEnd(text, at);
      out += text.slice(at, end);
      at = end;
      continue;
    }
    at += 1;
    if (char === '{' || char === '[') {
      const close = /^\s*[}\]]/.exec(text.slice(at, at + 20));
      if (close) {
        out += char + close[0].trim();
        at += close[0].length;
        continue;
      }
      depth += 1;
      out += char + line();
    } else if (char === '}' || char === ']') {
      depth = Math.max(0, depth - 1);
      out += line() + char;
    } else if (char === ',') out += char + line();
    else if (char === ':') out += ': ';
    else if (!/\s/.test(char)) out += char;
  }
  return out;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
