/** Marks every request of a submitted batch as sent, in slices; repeatable until it is recorded as done. */
import type { Context } from '../context.ts';
import type { Held } from '../engine/driver.ts';
import { reach } from '../engine/kill-points.ts';

const sliceRows = 1_000;

/** @throws Error when the lease was lost */
export async function sendAllRequests(ctx: Context, { batch, leaseToken, signal }: Held): Promise<void> {
  for (;;) {
    const slice = { batchId: batch.id, leaseToken, now: ctx.clock.now(), limit: sliceRows };
    const { held, moved } = await ctx.store.sendRequests(slice);
    if (!held || signal.aborted) throw new Error('the lease was lost while requests were marked as sent');
    reach('submit: some requests marked as sent');
    if (moved < sliceRows) break;
  }
  await ctx.store.recordFacts({ batchId: batch.id, leaseToken, facts: { advanced_at: ctx.clock.now() } });
}
