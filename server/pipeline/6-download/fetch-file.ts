/**
 * Fetches a result file to a temporary file of this run's own, and makes sure that it is whole: the provider
 * sends no length, so a cut download shows only at its end.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pauseAfter, providerSchedule } from '../../../core/backoff.ts';
import type { Context } from '../../context.ts';
import { ProviderError } from '../../provider/errors.ts';

export interface FetchedFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Tries at one file before the whole download is tried again from its start. */
const fetchTries = 4;

/**
 * Null when the provider has no such file, or an empty one. "Slower" and passing trouble are waited for here: a download
 * needs several calls in a row, and a provider that refuses every second one would never let it end.
 */
export async function fetchFile(
  ctx: Pick<Context, 'provider' | 'clock' | 'random' | 'settings'>,
  fileId: string,
  signal: AbortSignal,
): Promise<FetchedFile | null> {
  let cutAt: number | null = null;
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetchOnce(ctx, fileId, signal, cutAt);
    } catch (error) {
      if (error instanceof CutFile) cutAt = error.size;
      const passes =
        error instanceof ProviderError && (error.kind === 'rate_limited' || error.kind === 'unavailable');
      if (!passes || tries === fetchTries || signal.aborted) throw error;
      const pauseMs = Math.max(error.retryAfterMs ?? 0, pauseAfter(providerSchedule, tries, ctx.random()));
      await ctx.clock.pause(Math.min(pauseMs, longestPauseMs) / ctx.settings.RETRY_FASTER, signal);
    }
  }
}

/** A longer pause is left to the driver, which shows it. */
const longestPauseMs = 15_000;

async function fetchOnce(
  ctx: Pick<Context, 'provider'>,
  fileId: string,
  signal: AbortSignal,
  cutAt: number | null,
): Promise<FetchedFile | null> {
  const folder = await mkdtemp(join(tmpdir(), 'openai-batch-manager-'));
  const path = join(folder, 'results.jsonl');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const content = await ctx.provider.downloadFile(fileId, signal);
    await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(path), { signal });
    if ((await stat(path)).size === 0) {
      await remove();
      return null;
    }
    await checkEnd(path, cutAt);
    return { path, remove };
  } catch (error) {
    await remove();
    if (error instanceof ProviderError && error.kind === 'not_found') return null;
    throw error;
  }
}

/** The file's last line has no end. */
class CutFile extends ProviderError {
  readonly size: number;

  constructor(size: number) {
    super('unavailable', `The result file broke off after ${size} bytes; it is fetched again.`);
    this.size = size;
  }
}

/**
 * A provider may leave out the last line's end. Where a file ends at the same byte twice, and there with a whole line,
 * that is its end.
 *
 * @param cutAt where it ended the last time
 * @throws CutFile when the last line has no end
 */
async function checkEnd(path: string, cutAt: number | null): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, size === cutAt ? longestTail : 1));
    await file.read({ buffer: tail, position: size - tail.length });
    if (tail.at(-1) === 0x0a) return;
    if (size !== cutAt || !isWhole(tail.subarray(tail.lastIndexOf(0x0a) + 1))) throw new CutFile(size);
  } finally {
    await file.close();
  }
}

/** A last line longer than this is not judged. */
const longestTail = 1_000_000;

function isWhole(line: Buffer): boolean {
  try {
    JSON.parse(line.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
