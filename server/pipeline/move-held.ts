/** Moves a batch that a driver holds, and reports it. */
import type { BatchCondition, BatchMove, BatchState } from '../../core/batch.ts';
import type { Context } from '../context.ts';
import type { Held } from '../engine/driver.ts';
import type { BatchFacts } from '../store/moves.ts';
import type { BatchRow } from '../store/rows.ts';
import { reportMove } from './report-move.ts';

export interface HeldMove {
  readonly to?: BatchState;
  readonly facts?: BatchFacts;
  readonly actor: string;
  readonly reason?: string;
}

/** The row as it is now, or null when the lease was lost or the state forbids the move: somebody else was first. */
export async function moveHeld(
  ctx: Context,
  { batch, leaseToken }: Held,
  move: BatchMove,
  how: HeldMove,
): Promise<BatchRow | null> {
  const after = await ctx.store.advanceBatch({
    batchId: batch.id,
    move,
    leaseToken,
    now: ctx.clock.now(),
    ...how,
  });
  if (after) {
    ctx.metrics.moves.inc({ move });
    reportMove(ctx, batch, after);
  }
  return after;
}

/** Ends the lease of a batch that can only wait, under a condition that pages and alerts show. */
export async function hold(
  ctx: Context,
  { batch, leaseToken }: Held,
  condition: BatchCondition,
  facts: BatchFacts,
): Promise<BatchRow | null> {
  const now = ctx.clock.now();
  if (batch.condition !== condition) ctx.log.warn({ event: 'batch_held', batch: batch.id, condition });
  return ctx.store.holdBatch({ batchId: batch.id, leaseToken, condition, facts, now });
}

/** Other credentials are set now: the batch is not ours to ask about, to fetch or to cancel until they are back. */
export async function holdForeign(ctx: Context, held: Held): Promise<void> {
  await hold(ctx, held, 'foreign_credentials', {
    waiting_reason: 'foreign_credentials',
    due_at: ctx.clock.now() + ctx.settings.POLL_INTERVAL_MS,
  });
}
