import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { reportMove } from '../pipeline/report-move.ts';
import type { BatchRow } from '../store/rows.ts';
import { findBatch, illegalMove } from './find-batch.ts';

/** Closes an open batch by hand, so that it is uploaded now. */
export async function uploadBatchNow(ctx: Context, id: number, actor: string): Promise<BatchRow> {
  const before = await findBatch(ctx, id);
  const closing = await ctx.store.closeBatch({
    batchId: id,
    reason: 'operator',
    actor,
    now: ctx.clock.now(),
    removeEmpty: false,
  });
  switch (closing.kind) {
    case 'closed':
      reportMove(ctx, before, closing.batch);
      return closing.batch;
    case 'empty':
      throw new AppError('illegal_move', `Batch ${id} holds nothing to upload.`);
    case 'not_building':
      throw illegalMove(id, 'closed', before.state, 'Only a building batch can be closed by hand.');
  }
}
