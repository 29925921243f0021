import { Cursor } from './cursor.ts';
import { keyText } from './key-text.ts';

/** One member of an object, by byte offsets: the value is `bytes.subarray(valueStart, valueEnd)`. */
export interface Member {
  /** Decoded, so that `"custom\u005fid"` is `custom_id`. */
  key: string;
  /** At the key's opening quote. */
  keyStart: number;
  valueStart: number;
  valueEnd: number;
}

/**
 * The members of the object that the text is, in their order, duplicates included.
 *
 * The bytes must be JSON (UTF-8, accepted by JSON.parse; a byte order mark may stand before it). Null when
 * the text is not an object. Linear in the length, whatever the nesting.
 */
export function scanObject(bytes: Uint8Array): Member[] | null {
  const cursor = new Cursor(bytes, startOfText(bytes));
  cursor.skipWhitespace();
  if (!cursor.enterObject()) return null;
  const members: Member[] = [];
  while (cursor.nextMember()) {
    const { keyStart, at: valueStart } = cursor;
    const key = keyText(bytes, keyStart, cursor.keyEnd);
    cursor.skipValue();
    members.push({ key, keyStart, valueStart, valueEnd: cursor.at });
  }
  return isAtEnd(cursor) ? members : null;
}

/** The member that JSON.parse would show under this key: the last of that name. */
export function lastMember(members: readonly Member[], key: string): Member | null {
  return members.findLast((member) => member.key === key) ?? null;
}

/** Behind a byte order mark, which a TextDecoder drops before JSON.parse can see it. */
export function startOfText(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** Whether the object that was walked is closed and nothing follows it. */
export function isAtEnd(cursor: Cursor): boolean {
  if (!cursor.closed) return false;
  cursor.skipWhitespace();
  return cursor.at === cursor.bytes.length;
}
