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
import type { Context } from '../../context.ts';
import { ProviderError } from '../../provider/errors.ts';

export interface FetchedFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Null when the provider has no such file, or an empty one. */
export async function fetchFile(
  ctx: Pick<Context, 'provider'>,
  fileId: string,
  signal: AbortSignal,
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
    await checkEnd(path);
    return { path, remove };
  } catch (error) {
    await remove();
    if (error instanceof ProviderError && error.kind === 'not_found') return null;
    throw error;
  }
}

/** @throws ProviderError when the last line has no end */
async function checkEnd(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
    if (buffer[0] !== 0x0a) {
      throw new ProviderError(
        'unavailable',
        `The result file broke off after ${size} bytes; it is fetched again.`,
      );
    }
  } finally {
    await file.close();
  }
}
