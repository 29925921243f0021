/** Marks every request of a submitted batch as sent, in slices; repeatable until it is recorded as done. */
import type { Context } from '../context.ts';
import { reach } from '../engine/kill-points.ts';

const sliceRows = 1_000;

export async function sendAllRequests(ctx: Context, batchId: number): Promise<void> {
  for (;;) {
    const sent = await ctx.store.sendRequests({ batchId, now: ctx.clock.now(), limit: sliceRows });
    reach('submit: some requests marked as sent');
    if (sent < sliceRows) break;
  }
  await ctx.store.recordFacts({ batchId, facts: { advanced_at: ctx.clock.now() } });
}
