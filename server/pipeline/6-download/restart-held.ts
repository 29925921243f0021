/**
 * Carries out an operator's restart of a failed batch: its requests are taken back in slices, then it is uploaded again.
 * After a kill it begins again from the start and finds the rest.
 */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import { reportMove } from '../report-move.ts';

const sliceRows = 1_000;

export async function restartHeld(ctx: Context, { batch, leaseToken, signal }: Held): Promise<void> {
  const fence = { batchId: batch.id, leaseToken };
  for (let afterId = 0; ; ) {
    const slice = { ...fence, afterId, limit: sliceRows, now: ctx.clock.now() };
    const { held, lastId } = await ctx.store.restartSlice(slice);
    if (!held || signal.aborted) throw new Error('the lease was lost while requests were taken back');
    if (lastId === null) break;
    reach('restart: some requests taken back');
    afterId = lastId;
  }
  reach('restart: all requests taken back, batch not moved');
  const after = await ctx.store.finishRestart({ ...fence, now: ctx.clock.now() });
  if (!after) return;
  if (after.state === batch.state) {
    ctx.log.warn({ event: 'nothing_to_restart', batch: batch.id });
    return;
  }
  ctx.metrics.moves.inc({ move: 'restart' });
  reportMove(ctx, batch, after);
}
