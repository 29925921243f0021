/** Bytes of a string that are tried one by one before the search is left to `indexOf`. */
const shortString = 64;

/**
 * A place in JSON text, and the moves that skip over it. The text must be valid JSON: the cursor finds where
 * things end, it does not judge them. On other bytes it still stops, at the end at the latest.
 *
 * Nothing recurses, so nesting may be as deep as the text is long. The literals in the loops are ASCII codes. Each
 * `| 0` tells V8 that an offset is a small integer: lengths and search results might be doubles to it, and then
 * these loops take three times as long.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  /** Bytes of whitespace outside strings that were skipped so far. */
  whitespace = 0;
  keyStart = 0;
  keyEnd = 0;
  /** Whether the last object that was walked reached its closing brace. */
  closed = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  skipWhitespace(): void {
    const { bytes } = this;
    const end = bytes.length | 0;
    let at = this.at;
    while (at < end && bytes[at]! <= 0x20) at++;
    this.whitespace += at - this.at;
    this.at = at;
  }

  /** From an opening brace into the object; false, without a move, when there is none. */
  enterObject(): boolean {
    this.closed = false;
    if (this.bytes[this.at] !== 0x7b) return false;
    this.at++;
    return true;
  }

  /**
   * To the first byte of the next member's value, with `keyStart` and `keyEnd` around its key, quotes included;
   * false after the last one, behind the closing brace. The caller skips the value before it asks again.
   */
  nextMember(): boolean {
    const { bytes } = this;
    this.skipWhitespace();
    if (bytes[this.at] === 0x2c) {
      this.at++;
      this.skipWhitespace();
    }
    if (bytes[this.at] !== 0x22) {
      this.closed = bytes[this.at] === 0x7d;
      if (this.closed) this.at++;
      return false;
    }
    this.keyStart = this.at;
    this.at = endOfString(bytes, this.at);
    this.keyEnd = this.at;
    this.skipWhitespace();
    this.closed = false;
    if (bytes[this.at] !== 0x3a) return false;
    this.at++;
    this.skipWhitespace();
    return true;
  }

  /** From the first byte of a value to behind its last one. */
  skipValue(): void {
    const { bytes } = this;
    const first = bytes[this.at];
    if (first === 0x22) this.at = endOfString(bytes, this.at);
    else if (first === 0x7b || first === 0x5b) this.#skipNested();
    else this.#skipScalar();
  }

  #skipNested(): void {
    const { bytes } = this;
    const end = bytes.length | 0;
    let { at, whitespace } = this;
    let depth = 0;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === 0x22) {
        at = endOfString(bytes, at);
      } else if (byte <= 0x20) {
        const from = at;
        do at++;
        while (at < end && bytes[at]! <= 0x20);
        whitespace += at - from;
      } else {
        at++;
        // The bit 0x20 is all that tells a bracket from a brace.
        if ((byte | 0x20) === 0x7b) depth++;
        else if ((byte | 0x20) === 0x7d && --depth === 0) break;
      }
    }
    this.at = at;
    this.whitespace = whitespace;
  }

  #skipScalar(): void {
    const { bytes } = this;
    const end = bytes.length | 0;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte <= 0x20 || byte === 0x2c || (byte | 0x20) === 0x7d) break;
      at++;
    }
    this.at = at;
  }
}

/**
 * Where the string that opens at `start` ends: the offset behind its closing quote.
 *
 * Only quotes are looked for; the backslashes before one tell whether it closes. A short string is read byte by
 * byte, the rest of a long one with `indexOf`, which for a Buffer is memchr.
 */
export function endOfString(bytes: Uint8Array, start: number): number {
  const end = bytes.length | 0;
  let at = (start + 1) | 0;
  while (at < end) {
    const leapAt = Math.min(at + shortString, end) | 0;
    while (at < leapAt && bytes[at] !== 0x22) at++;
    if (at === leapAt) {
      at = bytes.indexOf(0x22, at) | 0;
      if (at === -1) return end;
    }
    if (bytes[at - 1] !== 0x5c || !isEscaped(bytes, at)) return (at + 1) | 0;
    at++;
  }
  return end;
}

function isEscaped(bytes: Uint8Array, at: number): boolean {
  let before = (at - 1) | 0;
  while (bytes[before] === 0x5c) before--;
  return ((at - before) & 1) === 0;
}
