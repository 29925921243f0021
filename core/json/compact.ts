import { Cursor, endOfString } from './cursor.ts';

/** Segments up to this length are copied byte by byte: a call of `set` costs as much. */
const shortSegment = 48;

/**
 * The JSON value between `start` and `end` without the whitespace outside its strings. Every literal keeps its
 * text. The result is on one line: JSON allows no raw line feed within a string.
 *
 * Without whitespace to drop the result is a subarray of `bytes`, not a copy; otherwise it is a new array of
 * exactly its length.
 */
export function compactJson(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const value = bytes.subarray(start, end);
  const cursor = new Cursor(value);
  cursor.skipWhitespace();
  cursor.skipValue();
  cursor.skipWhitespace();
  return cursor.whitespace === 0 ? value : copyWithout(value, cursor.whitespace);
}

/** A copy of a JSON value that is known to have this many bytes of whitespace outside its strings. */
export function copyWithout(value: Uint8Array, whitespace: number): Uint8Array {
  const compact = new Uint8Array(value.length - whitespace);
  let length = 0;
  let at = 0;
  while (at < value.length) {
    if (value[at]! <= 0x20) {
      at++;
      continue;
    }
    const from = at;
    at = endOfSegment(value, at);
    if (at - from > shortSegment) {
      compact.set(value.subarray(from, at), length);
      length += at - from;
    } else {
      for (let next = from; next < at; next++) compact[length++] = value[next]!;
    }
  }
  return compact;
}

/** The offset of the next whitespace outside a string. */
function endOfSegment(value: Uint8Array, start: number): number {
  let at = start;
  while (at < value.length) {
    const byte = value[at]!;
    if (byte <= 0x20) return at;
    at = byte === 0x22 ? endOfString(value, at) : at + 1;
  }
  return at;
}
