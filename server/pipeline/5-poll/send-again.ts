/** A batch that the provider turned away after it had taken it: nothing ran, its requests wait again. */
import { capacitySchedule, pauseAfter } from '../../../core/backoff.ts';
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import type { BatchFacts } from '../../store/moves.ts';
import { moveHeld } from '../move-held.ts';

const sliceRows = 1_000;

export async function sendAgain(ctx: Context, held: Held, reason: string, facts: BatchFacts): Promise<void> {
  const { batch } = held;
  await returnAll(ctx, held);
  const now = ctx.clock.now();
  const tries = batch.submit_attempt;
  const pauseMs = pauseAfter(capacitySchedule, tries, ctx.random()) / ctx.settings.RETRY_FASTER;
  await moveHeld(ctx, held, 'wait', {
    facts: {
      ...facts,
      openai_batch_id: null,
      openai_created_at: null,
      advanced_at: null,
      waiting_reason: reason,
      last_error: reason,
      last_error_at: now,
      due_at: Math.round(now + pauseMs),
    },
    actor: 'provider',
    reason,
  });
}

/** Takes every request of a batch back, in slices; repeatable. */
export async function returnAll(ctx: Context, held: Held): Promise<void> {
  while ((await returnSlice(ctx, held)) === sliceRows);
}

async function returnSlice(ctx: Context, { batch, leaseToken, signal }: Held): Promise<number> {
  const slice = { batchId: batch.id, leaseToken, now: ctx.clock.now(), limit: sliceRows };
  const { held, moved } = await ctx.store.returnRequests(slice);
  if (!held || signal.aborted) throw new Error('the lease was lost while requests were taken back');
  return moved;
}
