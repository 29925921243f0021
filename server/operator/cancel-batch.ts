import type { Context } from '../context.ts';
import { reportMove } from '../pipeline/report-move.ts';
import type { BatchRow } from '../store/rows.ts';
import { findBatch, illegalMove } from './find-batch.ts';

/** Stops a batch, or sets the wish where somebody is at work on it or it runs at the provider. */
export async function cancelBatchByOrder(ctx: Context, id: number, actor: string): Promise<BatchRow> {
  const before = await findBatch(ctx, id);
  const cancelling = await ctx.store.cancelBatch({ batchId: id, actor, now: ctx.clock.now() });
  switch (cancelling.kind) {
    case 'cancelled':
      reportMove(ctx, before, cancelling.batch);
      return cancelling.batch;
    case 'requested':
      ctx.log.info({ event: 'cancel_requested', batch: id, actor });
      ctx.wakeUps.wakeFor(cancelling.batch.state);
      return cancelling.batch;
    case 'not_found':
      return findBatch(ctx, id);
    case 'too_late':
      throw illegalMove(id, 'cancelled', cancelling.state, 'The provider has finished it, or it has ended.');
  }
}
