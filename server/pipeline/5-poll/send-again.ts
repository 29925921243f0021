/** A batch that the provider turned away after it had taken it: nothing ran, its requests wait again. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { type NotNow, turnHeldAway } from '../turn-away.ts';

const sliceRows = 1_000;

export async function sendAgain(ctx: Context, held: Held, notNow: Omit<NotNow, 'actor'>): Promise<void> {
  await returnAll(ctx, held);
  const facts = { ...notNow.facts, openai_batch_id: null, openai_created_at: null, advanced_at: null };
  await turnHeldAway(ctx, held, { ...notNow, facts, actor: 'provider' });
}

/**
 * Takes every request of a batch back, in slices; repeatable. First the batch forgets that they were marked as sent: if
 * a kill comes in between and the batch turns out to run after all, they are marked again and get its results.
 */
export async function returnAll(ctx: Context, held: Held): Promise<void> {
  const { batch, leaseToken } = held;
  const forgotten = { batchId: batch.id, leaseToken, facts: { advanced_at: null } };
  if (!(await ctx.store.recordFacts(forgotten))) {
    throw new Error('the lease was lost before requests were taken back');
  }
  while ((await returnSlice(ctx, held)) === sliceRows);
}

async function returnSlice(ctx: Context, { batch, leaseToken, signal }: Held): Promise<number> {
  const slice = { batchId: batch.id, leaseToken, now: ctx.clock.now(), limit: sliceRows };
  const { held, moved } = await ctx.store.returnRequests(slice);
  if (!held || signal.aborted) throw new Error('the lease was lost while requests were taken back');
  return moved;
}
