import { AppError, assertNever } from '../../core/errors.ts';
import type { RequestState } from '../../core/request.ts';
import type { Context } from '../context.ts';

/** Hands one outcome over once more. @returns the request as it is now */
export async function redeliverOne(
  ctx: Context,
  customId: string,
  actor: string,
): Promise<{ id: number; custom_id: string; state: RequestState }> {
  const redelivery = await ctx.store.redeliverRequest({ customId, actor, now: ctx.clock.now() });
  switch (redelivery.kind) {
    case 'redelivering': {
      ctx.wakeUps.wake('deliveries');
      const row = await ctx.store.getRequest({ customId });
      if (!row) throw new AppError('not_found', notFound(customId));
      return { id: row.id, custom_id: row.custom_id, state: row.state };
    }
    case 'not_found':
      throw new AppError('not_found', notFound(customId));
    case 'being_sent':
      throw new AppError('being_sent', 'An attempt is under way; try again when it has ended.');
    case 'no_outcome':
      throw new AppError(
        'invalid_state',
        `The request is ${redelivery.state} and has no outcome to deliver yet.`,
      );
    case 'no_destination':
      throw new AppError('invalid_state', 'The request has delivery type none: fetch its result instead.');
    default:
      return assertNever(redelivery);
  }
}

export function notFound(customId: string): string {
  return `There is no request with custom_id ${JSON.stringify(customId)}.`;
}
