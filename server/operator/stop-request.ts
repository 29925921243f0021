import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { Stopping } from '../store/requests/stop-request.ts';
import { notFound } from './redeliver-request.ts';

/** Ends a request as cancelled while its batch is building; the outcome is delivered. */
export async function cancelOne(ctx: Context, customId: string): Promise<void> {
  check(customId, await ctx.store.cancelRequest({ customId, now: ctx.clock.now() }));
  ctx.metrics.outcomes.inc({ outcome: 'cancelled' });
  ctx.wakeUps.wake('deliveries');
  ctx.wakeUps.wake('outcomes');
}

/** Removes a request while its batch is building, as if it had never come. */
export async function deleteOne(ctx: Context, customId: string): Promise<void> {
  check(customId, await ctx.store.deleteRequest({ customId, now: ctx.clock.now() }));
  ctx.wakeUps.wake('outcomes');
}

function check(customId: string, stopping: Stopping): void {
  if (stopping.kind === 'not_found') throw new AppError('not_found', notFound(customId));
  if (stopping.kind === 'too_late') {
    throw new AppError(
      'illegal_move',
      `The request is ${stopping.state} and its batch ${stopping.batchState}: only a pending request of a ` +
        'building batch can be stopped on its own. Cancel the batch instead.',
    );
  }
}
