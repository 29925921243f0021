import { ByteQueue } from './byte-queue.ts';
import { startOfText } from './scan-object.ts';

/** A line of a stream. Numbers count from 1; `offset` is where its first byte is in the whole stream. */
export type Line =
  /** `bytes` has no line end; `terminated` is false when the stream ended before a line feed came. */
  | { kind: 'text'; number: number; offset: number; bytes: Uint8Array; terminated: boolean }
  /** Nothing but spaces, tabs and carriage returns. */
  | { kind: 'blank'; number: number; offset: number; terminated: boolean }
  /** Reported once, as soon as it is known; `length` is what was read of it by then. Its bytes are dropped. */
  | { kind: 'too-long'; number: number; offset: number; length: number };

export interface LineOptions {
  /** Most bytes of a line, its line end not counted. */
  maxLength: number;
  /** Whether blank lines are reported. They are counted in any case. */
  blankLines: 'report' | 'skip';
}

const nothing = new Uint8Array(0);
const markLength = 3;

/**
 * Splits a stream of bytes into lines at the byte 0x0A and nowhere else (U+2028 and U+0085 are text).
 *
 * A byte order mark at the start of the stream and one carriage return at the end of a line are dropped. A line
 * feed that ends the stream opens no further line. At most about twice `maxLength` bytes are kept between two
 * chunks. A line that lies within one chunk shares the chunk's memory.
 */
export class LineSplitter {
  readonly #options: LineOptions;
  readonly #pending = new ByteQueue();
  #atStart = true;
  #number = 1;
  /** Where the line at hand starts, and how many of its bytes have come. */
  #offset = 0;
  #length = 0;
  #isDropping = false;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** False when bytes came after the last line feed. An empty stream lacks none. */
  get endedWithNewline(): boolean {
    return this.#length === 0;
  }

  /** The lines that this chunk completes, and the one that it makes too long. */
  push(chunk: Uint8Array): Line[] {
    if (!this.#atStart) return this.#split(chunk);
    if (this.#pending.length + chunk.length >= markLength) return this.#start(chunk);
    this.#pending.push(chunk);
    return [];
  }

  /** The last line, when no line feed ended it. Nothing may be pushed afterwards. */
  end(): Line[] {
    const lines = this.#atStart ? this.#start(nothing) : [];
    const isOpen = this.#length > 0 && !this.#isDropping;
    const last = isOpen ? this.#lineOf(this.#pending.take(nothing), false) : null;
    return last === null ? lines : [...lines, last];
  }

  #start(chunk: Uint8Array): Line[] {
    this.#atStart = false;
    const bytes = this.#pending.length === 0 ? chunk : this.#pending.take(chunk);
    this.#offset = startOfText(bytes);
    return this.#split(bytes.subarray(this.#offset));
  }

  #split(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let to = chunk.indexOf(0x0a); to !== -1; to = chunk.indexOf(0x0a, from)) {
      const line = this.#finishLine(chunk.subarray(from, to));
      if (line !== null) lines.push(line);
      from = to + 1;
    }
    const tooLong = from < chunk.length ? this.#keep(chunk.subarray(from)) : null;
    if (tooLong !== null) lines.push(tooLong);
    return lines;
  }

  #finishLine(tail: Uint8Array): Line | null {
    let line: Line | null = null;
    this.#length += tail.length;
    if (!this.#isDropping) {
      const last = tail.at(-1) ?? this.#pending.last;
      if (this.#isTooLong(last)) line = this.#drop();
      else line = this.#lineOf(this.#pending.length === 0 ? tail : this.#pending.take(tail), true);
    }
    this.#number++;
    this.#offset += this.#length + 1;
    this.#length = 0;
    this.#isDropping = false;
    return line;
  }

  #keep(part: Uint8Array): Line | null {
    this.#length += part.length;
    if (this.#isDropping) return null;
    if (this.#isTooLong(part.at(-1))) return this.#drop();
    this.#pending.push(part);
    return null;
  }

  /** The byte beyond the limit may be the carriage return of the line end. */
  #isTooLong(last: number | undefined): boolean {
    return this.#length - (last === 0x0d ? 1 : 0) > this.#options.maxLength;
  }

  #drop(): Line {
    this.#isDropping = true;
    this.#pending.drop();
    return { kind: 'too-long', number: this.#number, offset: this.#offset, length: this.#length };
  }

  #lineOf(whole: Uint8Array, terminated: boolean): Line | null {
    const place = { number: this.#number, offset: this.#offset, terminated };
    const bytes = whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    if (!isBlank(bytes)) return { kind: 'text', ...place, bytes };
    return this.#options.blankLines === 'report' ? { kind: 'blank', ...place } : null;
  }
}

/**
 * The lines of a stream, those that each chunk completes together: one promise for a chunk costs a tenth of one for a
 * line. `splitter` must be new, and can be asked how the stream ended.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  splitter: LineSplitter,
): AsyncGenerator<readonly Line[], void, void> {
  for await (const chunk of chunks) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  yield splitter.end();
}

function isBlank(bytes: Uint8Array): boolean {
  let at = 0;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d) at++;
  return at === bytes.length;
}
