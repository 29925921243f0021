import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';
import { illegalMove } from './find-batch.ts';

/**
 * Orders that requests are sent again which ended only because their batch failed; finished ones are never touched. The
 * batch's driver carries it out. The same order once more, while that lasts, is answered as the first time.
 */
export async function restartFailedBatch(ctx: Context, id: number, actor: string): Promise<BatchRow> {
  const order = await ctx.store.requestRestart({ batchId: id, actor, now: ctx.clock.now() });
  switch (order.kind) {
    case 'requested':
      ctx.log.info({ event: 'restart_requested', batch: id, actor });
      ctx.wakeUps.wakeFor(order.batch.state);
      return order.batch;
    case 'restarting':
      return order.batch;
    case 'not_found':
      throw new AppError('not_found', `There is no batch ${id}.`);
    case 'not_failed':
      throw illegalMove(id, 'restarted', order.state, 'Only a failed batch can.');
    case 'not_settled':
      throw illegalMove(id, 'restarted', order.state, 'It is still being settled; try again in a moment.');
    case 'nothing':
      throw new AppError(
        'illegal_move',
        `Batch ${id} has no request that ended only because the batch failed.`,
      );
  }
}
