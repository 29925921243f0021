import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';
import { illegalMove } from './find-batch.ts';

/** Sends a vanished batch again before its window is over; what it may have cost already is paid twice. */
export async function resubmitVanished(ctx: Context, id: number, actor: string): Promise<BatchRow> {
  const resubmitting = await ctx.store.requestResubmit({ batchId: id, now: ctx.clock.now() });
  switch (resubmitting.kind) {
    case 'requested':
      ctx.log.info({ event: 'resubmit_requested', batch: id, actor });
      ctx.wakeUps.wakeFor(resubmitting.batch.state);
      return resubmitting.batch;
    case 'not_found':
      throw new AppError('not_found', `There is no batch ${id}.`);
    case 'not_vanished':
      throw illegalMove(
        id,
        'resubmitted',
        resubmitting.state,
        'Only one that OpenAI does not know any more.',
      );
  }
}
