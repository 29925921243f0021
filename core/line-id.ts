/**
 * The id a request has in the file sent to the provider: ours, short, ASCII and of fixed width, so that the
 * size of a file is known before it is written and any provider takes it (`^[A-Za-z0-9_-]{1,64}$`).
 */
const digits = 16;

/** For example `r0000000000000042`. */
export function lineId(requestId: number): string {
  return `r${String(requestId).padStart(digits, '0')}`;
}

/** The request id in a line id, or null when the text is none of ours. */
export function requestIdOf(text: unknown): number | null {
  if (typeof text !== 'string' || !/^r[0-9]{16}$/.test(text)) return null;
  const id = Number(text.slice(1));
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** The text before a body in an input line. */
export function lineHead(requestId: number, endpoint: string): string {
  return beforeDigits + lineId(requestId).slice(1) + afterDigits(endpoint);
}

/** The text before the digits of a line's id, and behind them up to the body: for whoever writes many lines at once. */
export const beforeDigits = '{"custom_id":"r';
export function afterDigits(endpoint: string): string {
  return `","method":"POST","url":"${endpoint}","body":`;
}

/** The text after a body, line feed included. */
export const lineTail = '}\n';

/** Bytes that a line has besides its body. */
export function lineOverheadBytes(endpoint: string): number {
  return lineHead(1, endpoint).length + lineTail.length;
}
