/** The batch's side of delivery: lets its outcomes leave, then waits for the last one to be handed over. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { moveHeld } from '../move-held.ts';
import { startAllDeliveries } from '../start-all-deliveries.ts';

export async function deliverBatch(ctx: Context, held: Held): Promise<void> {
  if (held.batch.state === 'ready_to_deliver') {
    await moveHeld(ctx, held, 'deliver', { actor: 'deliver' });
    return;
  }
  await startAllDeliveries(ctx, held.batch.id);
  await ctx.store.settleBatch({
    batchId: held.batch.id,
    leaseToken: held.leaseToken,
    now: ctx.clock.now(),
  });
}
