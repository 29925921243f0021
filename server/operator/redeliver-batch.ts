/** Hands a batch's outcomes over once more. How many that are is in its counters. */
import type { Context } from '../context.ts';
import type { RedeliveryRow } from '../store/deliveries/redeliveries.ts';
import { findBatch, illegalMove } from './find-batch.ts';
import { orderCounted } from './order-redelivery.ts';

type Which = 'all' | 'failed';

/** @throws AppError `illegal_move` while its outcomes have not all left once */
export async function countBatchRedelivery(
  ctx: Context,
  id: number,
  which: Which,
): Promise<{ readonly count: number; readonly more: boolean }> {
  const batch = await findBatch(ctx, id);
  if (batch.settled_at === null) {
    throw illegalMove(id, 'redelivered', batch.state, 'Its outcomes have not all left once yet.');
  }
  const taken = which === 'all' ? batch.delivered_count : 0;
  return { count: batch.delivery_failed_count + taken, more: false };
}

export async function redeliverBatch(
  ctx: Context,
  id: number,
  which: Which,
  actor: string,
): Promise<RedeliveryRow> {
  const counted = await countBatchRedelivery(ctx, id, which);
  return orderCounted(ctx, { which, batchId: id }, counted, actor);
}
