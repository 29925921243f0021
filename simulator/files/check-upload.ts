/** What the real API looks at while a batch file comes in (real API and recorded tests, 2025 and 2026). */
import { isUtf8 } from 'node:buffer';
import { ApiError } from '../http/api-error.ts';
import { mostInputBytes } from '../limits.ts';

export interface UploadCheck {
  /** To be shown every piece, in order. */
  see(piece: Buffer): void;
  /** Whether what came so far is already too large to be kept. */
  isTooLarge(): boolean;
  readonly bytes: number;
  /** The model that the first line names, or null. */
  model(): string | null;
  /** @throws ApiError what a batch file of this name is refused with */
  finish(filename: string): void;
}

/** A first line longer than this is believed to be JSON. */
const longestFirstLine = 32 << 20;
const byteOrderMark = '\ufeff';

export function createUploadCheck(): UploadCheck {
  const first: Buffer[] = [];
  let firstBytes = 0;
  let firstIsWhole = false;
  let bytes = 0;
  let isText = true;
  let rest = Buffer.alloc(0);

  function keepFirstLine(piece: Buffer): void {
    if (firstIsWhole || firstBytes > longestFirstLine) return;
    const end = piece.indexOf(10);
    firstIsWhole = end !== -1;
    const part = firstIsWhole ? piece.subarray(0, end) : piece;
    first.push(Buffer.from(part));
    firstBytes += part.length;
  }

  function checkText(piece: Buffer): void {
    const whole = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    const open = openBytes(whole);
    isText &&= isUtf8(whole.subarray(0, whole.length - open));
    rest = Buffer.from(whole.subarray(whole.length - open));
  }

  const readFirstLine = (): unknown => {
    const text = Buffer.concat(first).toString();
    return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  };

  return {
    get bytes() {
      return bytes;
    },
    isTooLarge: () => bytes > mostInputBytes,
    see(piece) {
      bytes += piece.length;
      keepFirstLine(piece);
      checkText(piece);
    },
    model() {
      try {
        const model = (readFirstLine() as { body?: { model?: unknown } } | null)?.body?.model;
        return typeof model === 'string' ? model : null;
      } catch {
        return null;
      }
    },
    finish(filename) {
      if (!filename.endsWith('.jsonl')) throw invalidFormat();
      if (!isText || rest.length > 0) {
        throw new ApiError(400, { message: 'Invalid file for Batch API. Must be utf-8 encoded' });
      }
      if (firstBytes <= longestFirstLine) {
        try {
          readFirstLine();
        } catch {
          throw invalidFormat();
        }
      }
      if (bytes > mostInputBytes) {
        const model = this.model() ?? 'requested';
        const message = `The batch input file is larger than the ${mostInputBytes} maximum for the ${model} model`;
        throw new ApiError(413, { message });
      }
    },
  };
}

function invalidFormat(): ApiError {
  return new ApiError(400, { message: 'Invalid file format for Batch API. Must be .jsonl' });
}

/** How many bytes at the end begin a character that is not complete yet. */
function openBytes(piece: Buffer): number {
  for (let back = 1; back <= Math.min(3, piece.length); back++) {
    const byte = piece[piece.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? back : 0;
  }
  return 0;
}
