/** Asks for room before a batch is created: it is admitted with its intent on disk, waits, or is cut. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import type { BatchRow } from '../../store/rows.ts';
import { paceOf } from '../capacity.ts';
import { reportMove } from '../report-move.ts';
import { cutHeld } from './cut-held.ts';

/** The batch with its reservation and intent, or null when it is not to be created now. */
export async function admitHeld(ctx: Context, held: Held): Promise<BatchRow | null> {
  const { batch, leaseToken } = held;
  const admitting = await ctx.store.admitBatch({
    batchId: batch.id,
    leaseToken,
    creationsPerHour: ctx.settings.CREATIONS_PER_HOUR,
    ...paceOf(ctx),
  });
  switch (admitting.kind) {
    case 'admitted':
      reach('submit: intent recorded, batch not created');
      return admitting.batch;
    case 'waiting':
      if (admitting.batch.state !== batch.state) {
        ctx.metrics.moves.inc({ move: 'wait' });
        reportMove(ctx, batch, admitting.batch);
      }
      return null;
    case 'too_large':
      await cutHeld(ctx, held, admitting);
      return null;
    case 'lease_lost':
      return null;
  }
}
