/** OpenAI has no room, or the account no money: "not now". The batch waits; no request fails and none loses a try. */
import type { Context } from '../context.ts';
import type { Held } from '../engine/driver.ts';
import type { BatchFacts } from '../store/moves.ts';
import { paceOf } from './capacity.ts';
import { reportMove } from './report-move.ts';

export interface NotNow {
  readonly cause: 'capacity' | 'funding';
  /** In OpenAI's words. */
  readonly message: string;
  readonly facts: BatchFacts;
  readonly actor: string;
}

export async function turnHeldAway(ctx: Context, held: Held, notNow: NotNow): Promise<void> {
  const { batch, leaseToken } = held;
  const after = await ctx.store.turnAway({ batchId: batch.id, leaseToken, ...notNow, ...paceOf(ctx) });
  if (!after) return;
  ctx.metrics.rejections.inc({ cause: notNow.cause });
  ctx.log.warn({
    event: 'batch_turned_away',
    batch: batch.id,
    cause: notNow.cause,
    said: notNow.message,
    waits_for: after.waiting_for,
  });
  if (after.state !== batch.state) {
    ctx.metrics.moves.inc({ move: 'wait' });
    reportMove(ctx, batch, after);
  }
  ctx.wakeUps.wake('submit');
}
