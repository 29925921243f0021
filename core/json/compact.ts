import { Cursor, endOfString } from './cursor.ts';

/** Strings up to this length are copied byte by byte: a call of `set` costs as much. */
const shortString = 96;

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
  const end = value.length | 0;
  const compact = new Uint8Array(end - whitespace);
  let length = 0;
  let at = 0;
  while (at < end) {
    const byte = value[at]!;
    if (byte !== 0x22) {
      if (byte > 0x20) compact[length++] = byte;
      at++;
      continue;
    }
    const from = at;
    at = endOfString(value, at);
    if (at - from > shortString) compact.set(value.subarray(from, at), length);
    else for (let next = from; next < at; next++) compact[length + next - from] = value[next]!;
    length += at - from;
  }
  return compact;
}
