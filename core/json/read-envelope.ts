import { copyWithout } from './compact.ts';
import { Cursor } from './cursor.ts';
import { keyText } from './key-text.ts';
import { escapePointer } from './pointer.ts';
import { isAtEnd, startOfText } from './scan-object.ts';

/** Byte offsets of a value. */
export interface Span {
  start: number;
  end: number;
}

export interface Envelope {
  /** The value of each top-level key, decoded; of a repeated key the last one, as in JSON.parse. */
  members: ReadonlyMap<string, Span>;
  /** The first repeated key in the order of the text, as a JSON pointer such as `/body/model`. */
  duplicate: { pointer: string } | null;
  /** The value of `body` on one line, all literals untouched; null when there is none. */
  body: Uint8Array | null;
}

/**
 * One walk over a request as it came in: where its members are, whether a key is repeated (at the top, in
 * `delivery_config`, among the body's own keys), and the body as it will be stored.
 *
 * The bytes must be JSON (UTF-8, accepted by JSON.parse). Null when the text is not an object. `body` shares
 * the memory of `bytes` when it held no whitespace outside strings; else it is an array of its own.
 *
 * Time against JSON.parse of the same text, from a Buffer: 0.7 for a chat of 2 KB, 1.7 when it is pretty-printed, 0.25
 * for 8 million tiny tokens in 16 MB, 0.02 for one string of 16 MB, 1.6 for a million keys in one object.
 */
export function readEnvelope(bytes: Uint8Array): Envelope | null {
  const cursor = new Cursor(bytes, startOfText(bytes));
  cursor.skipWhitespace();
  if (!cursor.enterObject()) return null;
  const members = new Map<string, Span>();
  let duplicate: Envelope['duplicate'] = null;
  let bodyWhitespace = 0;
  while (cursor.nextMember()) {
    const key = keyText(bytes, cursor.keyStart, cursor.keyEnd);
    const start = cursor.at;
    const whitespaceBefore = cursor.whitespace;
    if (members.has(key)) duplicate ??= { pointer: pointerTo(key) };
    if (key === 'body' || key === 'delivery_config') {
      const repeated = skipFindingDuplicate(cursor);
      if (repeated !== null) duplicate ??= { pointer: pointerTo(key, repeated) };
      if (key === 'body') bodyWhitespace = cursor.whitespace - whitespaceBefore;
    } else cursor.skipValue();
    members.set(key, { start, end: cursor.at });
  }
  if (!isAtEnd(cursor)) return null;
  return { members, duplicate, body: compactBody(bytes, members.get('body'), bodyWhitespace) };
}

function compactBody(bytes: Uint8Array, span: Span | undefined, whitespace: number): Uint8Array | null {
  if (span === undefined) return null;
  const value = bytes.subarray(span.start, span.end);
  return whitespace === 0 ? value : copyWithout(value, whitespace);
}

/** Skips a value; when it is an object, returns its first repeated key. */
function skipFindingDuplicate(cursor: Cursor): string | null {
  if (!cursor.enterObject()) {
    cursor.skipValue();
    return null;
  }
  const seen = new Set<string>();
  let duplicate: string | null = null;
  while (cursor.nextMember()) {
    const key = keyText(cursor.bytes, cursor.keyStart, cursor.keyEnd);
    if (seen.has(key)) duplicate ??= key;
    else seen.add(key);
    cursor.skipValue();
  }
  return duplicate;
}

function pointerTo(...keys: string[]): string {
  return keys.map((key) => `/${escapePointer(key)}`).join('');
}
