const encoder = new TextEncoder();

/** A new line with `replacement` in place of the bytes between `start` and `end`. */
export function replaceSpan(
  line: Uint8Array,
  start: number,
  end: number,
  replacement: Uint8Array,
): Uint8Array {
  const spliced = new Uint8Array(line.length - (end - start) + replacement.length);
  spliced.set(line.subarray(0, start));
  spliced.set(replacement, start);
  spliced.set(line.subarray(end), start + replacement.length);
  return spliced;
}

/** The text as a JSON string with its quotes, in UTF-8; a lone surrogate becomes an escape. */
export function jsonStringBytes(text: string): Uint8Array {
  return encoder.encode(JSON.stringify(text));
}
