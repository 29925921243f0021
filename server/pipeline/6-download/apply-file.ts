/** Applies one result file in slices, streaming: memory does not grow with the file. */
import { createReadStream } from 'node:fs';
import { type Line, LineSplitter, readLines } from '../../../core/json/lines.ts';
import { lookUpRates, type ModelRates } from '../../../core/pricing.ts';
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import type { Finding, Setback } from '../../store/batches/apply-results.ts';
import { readResult } from './read-result.ts';
import type { SeenLines } from './seen-lines.ts';

/** A slice is as large as the writer gives to bulk work beside intake. */
const sliceRows = 200;
/** And not larger than this, so that large answers do not make large transactions. */
const sliceBytes = 2_000_000;
/** A single answer longer than this is not ours to hold; its request counts as missing. */
const maxLineBytes = 64_000_000;
const chunkBytes = 256 * 1_024;

class Slice {
  findings: Finding[] = [];
  setbacks: Setback[] = [];
  bytes = 0;

  get full(): boolean {
    return this.findings.length + this.setbacks.length >= sliceRows || this.bytes >= sliceBytes;
  }
}

export async function applyFile(
  ctx: Context,
  held: Held,
  kind: 'output' | 'error',
  path: string,
  seen: SeenLines,
): Promise<void> {
  const rates = lookUpRates(held.batch.model);
  const chunks = createReadStream(path, { highWaterMark: chunkBytes });
  let slice = new Slice();
  let flushing = Promise.resolve();
  const splitter = new LineSplitter({ maxLength: maxLineBytes, blankLines: 'skip' });
  for await (const line of readLines(chunks, splitter)) {
    collect(ctx, line, kind, seen, slice, rates);
    if (!slice.full) continue;
    await flushing;
    flushing = flush(ctx, held, slice, kind, seen);
    flushing.catch(() => undefined);
    slice = new Slice();
  }
  await flushing;
  await flush(ctx, held, slice, kind, seen);
}

function collect(
  ctx: Context,
  line: Line,
  kind: 'output' | 'error',
  seen: SeenLines,
  slice: Slice,
  rates: ModelRates | null,
): void {
  const result = line.kind === 'text' ? readResult(line.bytes, rates) : null;
  if (!result || line.kind !== 'text') {
    seen.noteUnknown();
    ctx.metrics.resultLines.inc({ kind: 'unknown' });
    return;
  }
  if (!seen.note(kind, result.requestId)) {
    ctx.metrics.resultLines.inc({ kind: 'duplicate' });
    return;
  }
  ctx.metrics.resultLines.inc({ kind });
  slice.bytes += line.bytes.length;
  if ('line' in result) slice.findings.push(result);
  else slice.setbacks.push(result);
}

async function flush(
  ctx: Context,
  { batch, leaseToken, signal }: Held,
  slice: Slice,
  kind: 'output' | 'error',
  seen: SeenLines,
): Promise<void> {
  if (slice.findings.length + slice.setbacks.length === 0) return;
  signal.throwIfAborted();
  const { held, strangers } = await ctx.store.applyResults({
    batchId: batch.id,
    leaseToken,
    now: ctx.clock.now(),
    findings: slice.findings,
    setbacks: slice.setbacks,
  });
  if (!held) throw new Error('the lease was lost while results were applied');
  for (const id of strangers) {
    seen.disown(kind, id);
    ctx.metrics.resultLines.inc({ kind: 'unknown' });
  }
  for (const { outcome } of slice.findings) ctx.metrics.outcomes.inc({ outcome });
  ctx.wakeUps.wake('outcomes');
  reach('download: some results applied');
}
