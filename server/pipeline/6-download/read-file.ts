/**
 * Reads a result file line by line while it comes, and makes sure that it is whole: the provider sends no length, so a
 * cut download shows only at its end. A file that was cut is read again from its start.
 */
import { pauseAfter, providerSchedule } from '../../../core/backoff.ts';
import { type Line, LineSplitter } from '../../../core/json/lines.ts';
import type { Context } from '../../context.ts';
import { ProviderError } from '../../provider/errors.ts';

/** What is done with the lines of one file. */
export interface LineReader {
  /** A try begins: the lines of the one before, if there was one, come again from the first. */
  begin(): Promise<void>;
  /** The next file bytes are asked for when this has resolved. A line without an end comes only when it is whole. */
  take(lines: readonly Line[]): Promise<void>;
}

type Needs = Pick<Context, 'provider' | 'clock' | 'random' | 'settings'>;

/** Tries at one file before the whole download is tried again from its start. */
const fileTries = 4;
/** A longer pause is left to the driver, which shows it. */
const longestPauseMs = 15_000;
/** A single answer longer than this is not ours to hold; its request counts as missing. */
const maxLineBytes = 64_000_000;

/**
 * Resolves when the reader has taken every line; a file that the provider does not have has none. "Slower" and passing
 * trouble are waited for here: a download needs several calls in a row, and a provider that refuses every second one
 * would never let it end.
 */
export async function readFile(
  ctx: Needs,
  fileId: string,
  signal: AbortSignal,
  reader: LineReader,
): Promise<void> {
  let cutAt: number | null = null;
  for (let tries = 1; ; tries += 1) {
    try {
      return await readOnce(ctx, fileId, signal, reader, cutAt);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.kind === 'not_found') return;
      if (error instanceof CutFile) cutAt = error.size;
      const passes = error.kind === 'rate_limited' || error.kind === 'unavailable';
      if (!passes || tries === fileTries || signal.aborted) throw error;
      const pauseMs = Math.max(error.retryAfterMs ?? 0, pauseAfter(providerSchedule, tries, ctx.random()));
      await ctx.clock.pause(Math.min(pauseMs, longestPauseMs) / ctx.settings.RETRY_FASTER, signal);
    }
  }
}

/**
 * A provider may leave out the last line's end. Where a file ends at the same byte twice, and there with a whole line,
 * that is its end.
 *
 * @param cutAt where it ended the last time
 * @throws CutFile when the last line has no end
 */
async function readOnce(
  { provider }: Needs,
  fileId: string,
  signal: AbortSignal,
  reader: LineReader,
  cutAt: number | null,
): Promise<void> {
  const content = await provider.downloadFile(fileId, signal);
  await reader.begin();
  const splitter = new LineSplitter({ maxLength: maxLineBytes, blankLines: 'skip' });
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    const lines = splitter.push(chunk);
    if (lines.length > 0) await reader.take(lines);
  }
  const last = splitter.end();
  if (!splitter.endedWithNewline && (size !== cutAt || !last.every(isWhole))) throw new CutFile(size);
  if (last.length > 0) await reader.take(last);
}

/** The file's last line has no end. */
class CutFile extends ProviderError {
  readonly size: number;

  constructor(size: number) {
    super('unavailable', `The result file broke off after ${size} bytes; it is fetched again.`);
    this.size = size;
  }
}

function isWhole(line: Line): boolean {
  if (line.kind !== 'text') return line.kind === 'blank';
  try {
    JSON.parse(Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.length).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
