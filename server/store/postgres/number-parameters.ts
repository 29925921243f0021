/** Parameters as PostgreSQL names them. Operations write `?`; what stands in quotes or behind `--` is left alone. */
const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\?/g;

/** @param name how the nth parameter is written, n from 1 */
export function nameParameters(sql: string, name: (n: number) => string): string {
  let n = 0;
  return sql.replace(pieces, (piece) => (piece === '?' ? name(++n) : piece));
}

/** `?` to `$1`, `$2` and so on. */
export function numberParameters(sql: string): string {
  return nameParameters(sql, (n) => `$${n}`);
}

/** How many parameters a statement has. */
export function countParameters(sql: string): number {
  let n = 0;
  nameParameters(sql, () => `${++n}`);
  return n;
}
