/** Lets the input pass on its way to the service, and notes what its lines are. */
import { type Line, LineSplitter } from '../../../../core/json/lines.ts';

export interface InputLine {
  /** 1-based line of the input; blank ones count. */
  readonly line: number;
  readonly customId: string | null;
  /** False for a line in OpenAI's own format. */
  readonly hasDelivery: boolean;
  readonly endpoint: string | null;
  readonly model: string | null;
}

/** A longer line is not read here; the service refuses it by its own limit. */
const longestLine = 500_000_000;

export class InputLines {
  readonly #onLine: (line: InputLine) => void;
  readonly #splitter = new LineSplitter({ maxLength: longestLine, blankLines: 'skip' });
  bytes = 0;
  lines = 0;
  /** What went wrong while reading, which the sender sees only as a broken body. */
  failure: unknown;

  constructor(onLine: (line: InputLine) => void) {
    this.#onLine = onLine;
  }

  /** The same bytes; each line has been noted before its last byte leaves. */
  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        this.#note(this.#splitter.push(chunk));
        this.bytes += chunk.length;
        yield chunk;
      }
      this.#note(this.#splitter.end());
    } catch (error) {
      this.failure ??= error;
      throw error;
    }
  }

  #note(lines: readonly Line[]): void {
    for (const line of lines) {
      this.lines += 1;
      this.#onLine(line.kind === 'text' ? describe(line.number, line.bytes) : unreadable(line.number));
    }
  }
}

function unreadable(line: number): InputLine {
  return { line, customId: null, hasDelivery: true, endpoint: null, model: null };
}

function describe(line: number, bytes: Uint8Array): InputLine {
  let post: unknown;
  try {
    post = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch {
    return unreadable(line);
  }
  if (typeof post !== 'object' || post === null) return unreadable(line);
  const { custom_id, url, body } = post as { custom_id?: unknown; url?: unknown; body?: { model?: unknown } };
  return {
    line,
    customId: textOrNull(custom_id),
    hasDelivery: Object.hasOwn(post, 'delivery_config'),
    endpoint: textOrNull(url),
    model: textOrNull(body?.model),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
