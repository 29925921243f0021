import type { Context } from '../context.ts';
import { findBatch, illegalMove } from './find-batch.ts';

const sliceRows = 1_000;

/** Hands a batch's outcomes over once more. @returns how many; zero changes nothing */
export async function redeliverBatch(
  ctx: Context,
  id: number,
  which: 'all' | 'failed',
  actor: string,
): Promise<number> {
  const batch = await findBatch(ctx, id);
  if (batch.settled_at === null) {
    throw illegalMove(id, 'redelivered', batch.state, 'Its outcomes have not all left once yet.');
  }
  const states =
    which === 'all' ? (['delivered', 'delivery_failed'] as const) : (['delivery_failed'] as const);
  let total = 0;
  for (const state of states) {
    let afterId: number | null = 0;
    while (afterId !== null) {
      const slice: { count: number; lastId: number | null } = await ctx.store.redeliverSlice({
        batchId: id,
        state,
        afterId,
        limit: sliceRows,
        actor,
        now: ctx.clock.now(),
      });
      total += slice.count;
      afterId = slice.lastId;
      if (slice.count > 0) ctx.wakeUps.wake('deliveries');
    }
  }
  return total;
}
