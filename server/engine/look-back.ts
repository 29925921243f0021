/** What came after a restored copy was taken, at the provider and at receivers, is not in it. */
import type { Context } from '../context.ts';

/** Acts on a database that was put back, and tells of it; nothing where it was not. Of several replicas one acts. */
export async function lookBack(ctx: Pick<Context, 'store' | 'clock' | 'log'>): Promise<void> {
  const restored = await ctx.store.startAfterRestore({ now: ctx.clock.now() });
  if (!restored) return;
  ctx.log.warn({
    event: 'restored_from_backup',
    takenAt: new Date(restored.takenAt).toISOString(),
    batchesToLookFor: restored.batches,
  });
}
