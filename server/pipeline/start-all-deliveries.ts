/** Lets every outcome of a batch leave, in slices; repeatable. */
import type { Context } from '../context.ts';
import { reach } from '../engine/kill-points.ts';

const sliceRows = 1_000;
const outcomeStates = ['openai_processed', 'failed', 'expired', 'cancelled'] as const;

export async function startAllDeliveries(ctx: Context, batchId: number): Promise<void> {
  for (const state of outcomeStates) {
    let afterId: number | null = 0;
    while (afterId !== null) {
      const slice: { started: number; lastId: number | null } = await ctx.store.startDeliveries({
        batchId,
        state,
        afterId,
        limit: sliceRows,
        now: ctx.clock.now(),
      });
      if (slice.started > 0) {
        ctx.wakeUps.wake('deliveries');
        reach('deliver: some deliveries started');
      }
      afterId = slice.lastId;
    }
  }
}
