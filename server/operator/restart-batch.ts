import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { reportMove } from '../pipeline/report-move.ts';
import type { BatchRow } from '../store/rows.ts';
import { findBatch, illegalMove } from './find-batch.ts';

const sliceRows = 1_000;

/** Sends requests again that ended only because their batch failed; finished ones are never touched. */
export async function restartFailedBatch(ctx: Context, id: number, actor: string): Promise<BatchRow> {
  const before = await findBatch(ctx, id);
  if (before.state !== 'failed') throw illegalMove(id, 'restarted', before.state, 'Only a failed batch can.');
  if (before.settled_at === null) {
    throw illegalMove(id, 'restarted', before.state, 'It is still being settled; try again in a moment.');
  }
  let afterId: number | null = 0;
  while (afterId !== null) {
    const slice: { count: number; lastId: number | null } = await ctx.store.restartSlice({
      batchId: id,
      afterId,
      limit: sliceRows,
      now: ctx.clock.now(),
    });
    afterId = slice.lastId;
  }
  const batch = await ctx.store.restartBatch({ batchId: id, actor, now: ctx.clock.now() });
  if (!batch) {
    throw new AppError(
      'illegal_move',
      `Batch ${id} has no request that ended only because the batch failed.`,
    );
  }
  reportMove(ctx, before, batch);
  return batch;
}
