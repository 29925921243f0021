/** The age rule: an open batch that falls due is closed; one that holds nothing is removed. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reportMove } from '../report-move.ts';

export async function closeOldBatch(ctx: Context, { batch, leaseToken }: Held): Promise<void> {
  const closing = await ctx.store.closeBatch({
    batchId: batch.id,
    reason: 'age',
    actor: 'build',
    leaseToken,
    now: ctx.clock.now(),
    removeEmpty: true,
  });
  if (closing.kind === 'closed') reportMove(ctx, batch, closing.batch);
  if (closing.kind === 'empty' && batch.request_count > 0) ctx.wakeUps.wake('download');
}
