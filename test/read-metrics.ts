/** Reads Prometheus text, strictly. */
const comment = /^# (HELP [a-z_]+ \S.*|TYPE [a-z_]+ (counter|gauge|histogram|summary))$/;
const sample =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})? (-?[0-9.e+-]+|[+-]?Inf|NaN)$/;

/** Samples by name and labels, such as `batches{state="done"}`. @throws Error at a line that is none */
export function readMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const typed = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '' || comment.test(line)) {
      const [, type, name = ''] = line.split(' ');
      if (type === 'TYPE') typed.add(name);
      continue;
    }
    const [, name = '', labels = '', value] = sample.exec(line) ?? [];
    if (value === undefined) throw new Error(`no line of Prometheus text: ${line}`);
    if (samples.has(name + labels)) throw new Error(`a sample twice: ${line}`);
    if (!typed.has(name) && !typed.has(name.replace(/_(bucket|sum|count)$/, '')))
      throw new Error(`a sample without a type: ${line}`);
    samples.set(name + labels, Number(value.replace('Inf', 'Infinity')));
  }
  return samples;
}
