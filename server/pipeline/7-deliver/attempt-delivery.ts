/** One attempt: wraps an outcome, hands it to its channel, and says what the answer means for it. */
import { type AttemptResult, afterAttempt, afterProbe, type NextStep } from '../../../core/delivery.ts';
import type { Channel, Parcel } from '../../channels/port.ts';
import type { Context } from '../../context.ts';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import type { Delivered } from '../../store/deliveries/record-deliveries.ts';
import type { ResultLine } from '../../store/read/requests.ts';
import type { DestinationRow } from '../../store/rows.ts';
import type { Configured } from './configure-destination.ts';
import type { Shelved } from './shelf.ts';
import { wrapParcel } from './wrap-parcel.ts';

/** Longer than any attempt can take; after it another process may try. */
export const deliveryLeaseMs = 60_000;
/** What stood on the shelf for as long is put back; with it, an attempt is cut off well before its lease ends. */
export const longestOnShelfMs = 1_000;
const longestAttemptMs = deliveryLeaseMs - 10_000;

/** @throws Error when it cannot be wrapped; what happens on the way is the answer */
export function attemptDelivery(
  ctx: Context,
  channel: Channel,
  { delivery, row }: Shelved,
  line: ResultLine | undefined,
  { destination, copy }: Configured,
): Promise<Delivered> {
  const parcel = wrapParcel(ctx.installationId, delivery, line, destination);
  const at = ctx.clock.now();
  const probe = row.breaker === 'open';
  return channel.send(parcel, longestAttemptMs).then((answer) => ({
    requestId: delivery.id,
    batchId: delivery.batch_id,
    destinationId: row.id,
    outcomeNumber: delivery.outcome_number,
    customId: delivery.custom_id,
    attempt: parcel.attempt,
    delivery: delivery.delivery,
    config: copy,
    probe,
    result: answer,
    next: probe ? decideProbe(ctx, answer, heldSince(delivery, row, at)) : decide(ctx, parcel, answer),
    at,
  }));
}

function decide({ settings, random }: Context, parcel: Parcel, answer: AttemptResult): NextStep {
  if (answer.outcome === 'success') return { kind: 'delivered' };
  return afterAttempt(answer, parcel.attempt, {
    schedule: parcel.destination.policy.scheduleMs,
    spread: random(),
    faster: settings.RETRY_FASTER,
  });
}

function decideProbe({ settings, clock }: Context, answer: AttemptResult, since: number): NextStep {
  return afterProbe(answer, { heldMs: clock.now() - since, mostHeldMs: settings.DELIVERY_HELD_MS });
}

/** Since when an open breaker has kept a message back, as its time is counted. */
function heldSince({ held_since }: ClaimedDelivery, { holds_since }: DestinationRow, now: number): number {
  return Math.max(held_since ?? 0, holds_since ?? now);
}
