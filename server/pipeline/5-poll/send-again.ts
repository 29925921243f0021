/** A batch that the provider turned away after it had taken it: nothing ran, its requests wait again. */
import { capacitySchedule, pauseAfter } from '../../../core/backoff.ts';
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import type { BatchFacts } from '../../store/moves.ts';
import { moveHeld } from '../move-held.ts';

const sliceRows = 1_000;

export async function sendAgain(ctx: Context, held: Held, reason: string, facts: BatchFacts): Promise<void> {
  const { batch } = held;
  while ((await returnSlice(ctx, batch.id)) === sliceRows) {
    if (held.signal.aborted) return;
  }
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

function returnSlice(ctx: Context, batchId: number): Promise<number> {
  return ctx.store.returnRequests({ batchId, now: ctx.clock.now(), limit: sliceRows });
}
