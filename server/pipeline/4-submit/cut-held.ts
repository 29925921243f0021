/** Cuts a batch that can never fit under its cap into pieces that can. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import { reportMove } from '../report-move.ts';

const sliceRows = 500;

export interface Cut {
  readonly tokens: number;
  readonly requests: number;
  readonly reason: string;
}

/** First the file is forgotten: from then on the batch cannot be created with rows that it no longer holds. */
export async function cutHeld(ctx: Context, held: Held, cut: Cut): Promise<void> {
  const { batch, leaseToken, signal } = held;
  const fence = { batchId: batch.id, leaseToken };
  if (!(await ctx.store.beginCut({ ...fence, now: ctx.clock.now() }))) return;
  reach('cut: file forgotten, nothing moved');
  const slice = { ...fence, piece: cut, reason: cut.reason, limit: sliceRows };
  while (await ctx.store.cutSlice({ ...slice, now: ctx.clock.now() })) {
    signal.throwIfAborted();
    reach('cut: some requests moved');
  }
  reach('cut: all requests moved, not recorded');
  await finishCutting(ctx, held, `cut to fit. ${cut.reason}`);
}

/** Also after a kill in the middle of a cut that is no longer needed. */
export async function finishCutting(ctx: Context, held: Held, reason: string): Promise<void> {
  const { batch, leaseToken } = held;
  const after = await ctx.store.finishCut({ batchId: batch.id, leaseToken, reason, now: ctx.clock.now() });
  if (!after) return;
  ctx.metrics.moves.inc({ move: 'reupload' });
  reportMove(ctx, batch, after);
}
