import type { Static } from 'typebox';
import type { DeliveryConfigSchema } from '../../core/contract/intake.ts';
import { AppError, assertNever, type Complaint } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { rulesOf } from '../pipeline/1-intake/accept-request.ts';
import type { TargetCheck } from '../pipeline/1-intake/check-target.ts';
import { readDestination } from '../pipeline/1-intake/read-destination.ts';
import type { RequestDetail } from '../store/read/requests.ts';
import { notFound } from './redeliver-request.ts';

export interface Retarget {
  readonly customId: string;
  readonly config: Static<typeof DeliveryConfigSchema>;
  readonly actor: string;
}

/**
 * Sends the outcome of one request elsewhere, from the next attempt on; checked as at intake.
 *
 * @returns the request as it is now
 * @throws AppError `validation_error`, `not_found`, or `illegal_move` when an outcome on its way would go nowhere
 */
export async function retargetOne(
  ctx: Context,
  targets: TargetCheck,
  { customId, config, actor }: Retarget,
): Promise<RequestDetail> {
  const complaints: Complaint[] = [];
  const destination = readDestination(config, rulesOf(ctx).channels, complaints);
  const [first, ...more] = complaints;
  if (first) {
    throw new AppError('validation_error', first.detail, {
      more,
      ...(first.source && { pointer: first.source.pointer }),
    });
  }
  if (destination?.type === 'webhook') await targets.check(destination.address);
  const retargeting = await ctx.store.retargetRequest({
    customId,
    delivery: JSON.stringify(config),
    destination,
    actor,
    now: ctx.clock.now(),
  });
  switch (retargeting.kind) {
    case 'retargeted':
      break;
    case 'not_found':
      throw new AppError('not_found', notFound(customId));
    case 'too_late':
      throw new AppError(
        'illegal_move',
        `The request is ${retargeting.state}: its outcome is handed over, and cannot go to nobody any more.`,
      );
    default:
      return assertNever(retargeting);
  }
  ctx.wakeUps.wake('deliveries');
  ctx.wakeUps.wake('outcomes');
  const row = await ctx.store.getRequest({ customId });
  if (!row) throw new AppError('not_found', notFound(customId));
  return row;
}
