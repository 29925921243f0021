/**
 * Takes due deliveries of one type under a lease, by turns over the destinations that have any, so that a blocked one
 * costs its neighbours nothing and one without work costs nobody.
 */
import { lateProbeMs, placesOf } from '../../../core/breaker.ts';
import type { DestinationType } from '../../../core/destination.ts';
import type { Outcome } from '../../../core/request.ts';
import { mayYetSend, nextSendAt, useUp } from '../../../core/send-rate.ts';
import { wakeDestinations } from '../destinations/wake-destinations.ts';
import { lockRows } from '../lock-rows.ts';
import { inStateFor } from '../moves.ts';
import type { DestinationRow } from '../rows.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Tx } from '../tx.ts';
import { mayBeClaimed, noLease } from './delivery-lease.ts';
import { sharePlaces } from './share-places.ts';

export interface ClaimDeliveriesInput {
  readonly type: DestinationType;
  readonly now: number;
  /** Free places. */
  readonly limit: number;
  readonly leaseMs: number;
  readonly leaseToken: string;
  /** Most that one destination may have in flight where its policy says nothing. */
  readonly perDestination: number;
  /** Deliveries in flight, by destination id. */
  readonly inFlight: Readonly<Record<number, number>>;
  /** No more than this in flight, whatever the policy says: by destination id, and for those that are not there. */
  readonly windows?: { readonly of: Readonly<Record<number, number>>; readonly first: number };
  /** So many more for these destinations, to be sent when places fall free; only while nothing holds them back. */
  readonly ahead?: Readonly<Record<number, number>>;
  /** How long messages may be held back; left out: no probe is late. */
  readonly mostHeldMs?: number;
}

export interface ClaimedDelivery {
  readonly id: number;
  readonly batch_id: number;
  readonly custom_id: string;
  readonly outcome: Outcome;
  readonly outcome_number: number;
  readonly destination_id: number;
  readonly delivery: string;
  readonly delivery_tries: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** Of a probe: since when it has waited for its destination. */
  readonly held_since: number | null;
  readonly lease_until: number;
}

export interface ClaimDeliveriesOutput {
  readonly deliveries: ClaimedDelivery[];
  /** The destinations of these deliveries, as they are now. */
  readonly destinations: DestinationRow[];
  /** When the next destination is to be looked at, if not all places were filled. */
  readonly nextDueAt: number | null;
}

/** When to look at a destination again, and what of its rate is used up then. */
type Turn = [lookAt: number | null, rateUsedUs: number | null, id: number];

/** How often a destination is looked at that has nothing else to send than what is being sent. */
const lookAtLeasedMs = 5_000;

/** Destinations looked at in one claim, beside those that have something in flight. */
const mostLookedAt = 64;

/** Indexes: destinations_look (type, look_at), requests_due (destination_id, due_at, id). */
export async function claimDeliveries(tx: Tx, input: ClaimDeliveriesInput): Promise<ClaimDeliveriesOutput> {
  const { now, type } = input;
  const [rows, others] = await sideBySide([
    tx.all<DestinationRow>(
      `select * from destinations where type = ? and look_at <= ? order by look_at, id limit ?${tx.skipLocked}`,
      type,
      now,
      mostLookedAt + Object.keys(input.inFlight).length,
    ),
    tx.get<{ at: number | null }>(
      'select min(look_at) as at from destinations where type = ? and look_at > ?',
      type,
      now,
    ),
  ]);
  const contenders = rows.map((row) => ({
    id: row.id,
    most: Math.min(placesOf(row, row.concurrency ?? input.perDestination), windowOf(row, input)),
    inFlight: input.inFlight[row.id] ?? 0,
  }));
  const shares = sharePlaces(contenders, input.limit);
  const served = rows.flatMap((row) => {
    const share = (shares.get(row.id) ?? 0) + aheadOf(row, input);
    const quota = Math.min(share, mayYetSend(row.rate_per_s, row.rate_used_us, now));
    return share === 0 ? [] : [{ row, quota }];
  });
  const claims = await sideBySide(
    served.map(async ({ row, quota }) => {
      const claimed = await claimOf(tx, input, row, quota);
      return { row: claimed.length > 0 ? countedAnew(row, input) : row, quota, claimed };
    }),
  );
  const deliveries = claims.flatMap(({ claimed }) => claimed);
  const destinations = claims.filter(({ claimed }) => claimed.length > 0).map(({ row }) => row);
  const turns = await sideBySide(
    claims.map(({ row, quota, claimed }) => nextTurn(tx, input, row, { quota, claimed: claimed.length })),
  );
  await tx.each('update destinations set look_at = ?, rate_used_us = ? where id = ?', turns);
  if (input.limit > 0 && deliveries.length >= input.limit)
    return { deliveries, destinations, nextDueAt: null };
  const later = [others?.at ?? null, ...turns.map(([lookAt]) => lookAt)].filter(
    (at): at is number => at !== null && at > now,
  );
  return { deliveries, destinations, nextDueAt: later.length === 0 ? null : Math.min(...later) };
}

function windowOf({ id }: DestinationRow, { windows }: ClaimDeliveriesInput): number {
  return windows ? (windows.of[id] ?? windows.first) : Number.POSITIVE_INFINITY;
}

/** Nothing is taken ahead of a limit of messages a second, nor of the next answer where the last was a failure. */
function aheadOf(row: DestinationRow, { ahead = {} }: ClaimDeliveriesInput): number {
  const isFree = row.breaker === 'closed' && row.failures === 0 && row.rate_per_s === null;
  return isFree ? (ahead[row.id] ?? 0) : 0;
}

/** With the probe that ends a time in which none could go out, the time of what is held begins anew. */
function countedAnew(row: DestinationRow, { now, mostHeldMs }: ClaimDeliveriesInput): DestinationRow {
  if (row.breaker === 'closed' || mostHeldMs === undefined) return row;
  return now - row.blocked_until > lateProbeMs(mostHeldMs) ? { ...row, holds_since: now } : row;
}

/** A probe notes since when it has waited, since it may go behind the others. */
async function claimOf(
  tx: Tx,
  { leaseToken, now, leaseMs }: ClaimDeliveriesInput,
  { id, breaker }: DestinationRow,
  quota: number,
): Promise<ClaimedDelivery[]> {
  if (quota === 0) return [];
  const noted = breaker === 'open' ? ', held_since = coalesce(held_since, due_at)' : '';
  return tx.all<ClaimedDelivery>(
    `with picked as materialized (
       select id from requests
       where state = 'delivering' and destination_id = ? and due_at <= ? and ${mayBeClaimed}
       order by due_at, id limit ?${tx.skipLocked})
     update requests set lease_token = ?, lease_until = ?${noted}
     where id in (select id from picked)
     returning id, batch_id, custom_id, outcome, outcome_number, destination_id, delivery, delivery_tries,
       error_code, error_message, held_since, lease_until`,
    id,
    now,
    now,
    leaseToken,
    quota,
    leaseToken,
    now + leaseMs,
  );
}

/**
 * When to look at a destination again that was just served: now, behind all the others, while it has more; when its
 * next delivery falls due; when its rate allows; or, for a probe, when that must have ended. Until then the destination is
 * blocked, for other replicas too, whatever falls due there.
 */
async function nextTurn(
  tx: Tx,
  input: ClaimDeliveriesInput,
  row: DestinationRow,
  { quota, claimed }: { readonly quota: number; readonly claimed: number },
): Promise<Turn> {
  const { now, leaseMs } = input;
  const used = useUp(row.rate_per_s, row.rate_used_us, claimed, now);
  const may = nextSendAt(row.rate_per_s, used, now);
  if (claimed > 0 && row.breaker === 'open') {
    const ended = now + leaseMs;
    await tx.run(
      'update destinations set blocked_until = ?, holds_since = ? where id = ?',
      ended,
      row.holds_since,
      row.id,
    );
    return [ended, used, row.id];
  }
  if (claimed === quota) return [Math.max(now, may), used, row.id];
  const due = await nextDue(tx, input, row.id);
  return [due === null ? null : Math.max(due, may, row.blocked_until), used, row.id];
}

/**
 * When something falls due there. Where no more could be claimed than was, all that is due is leased, or kept by somebody for a moment:
 * then soon, since its holder may be gone by then.
 */
async function nextDue(
  tx: Tx,
  { now, leaseMs }: ClaimDeliveriesInput,
  destinationId: number,
): Promise<number | null> {
  const { first, next } = (await tx.get<{ first: number | null; next: number | null }>(
    `select (select min(due_at) from requests where state = 'delivering' and destination_id = ?) as first,
       (select min(due_at) from requests where state = 'delivering' and destination_id = ? and due_at > ?) as next`,
    destinationId,
    destinationId,
    now,
  )) ?? { first: null, next: null };
  if (first === null || first > now) return first;
  return Math.min(next ?? Number.POSITIVE_INFINITY, now + Math.min(leaseMs, lookAtLeasedMs));
}

/** A claim that is to be undone: this one, and no later one of the same claimer. */
export type HeldDelivery = Pick<ClaimedDelivery, 'id' | 'destination_id' | 'lease_until'>;

const putBack = `update requests set ${noLease}
  where id = ? and lease_token = ? and lease_until = ? and ${inStateFor('arrive')}`;

/** Makes deliveries due again that were claimed and not sent. */
export async function putBackDeliveries(
  tx: Tx,
  input: { readonly deliveries: readonly HeldDelivery[]; readonly leaseToken: string; readonly now: number },
): Promise<void> {
  const { deliveries, leaseToken, now } = input;
  await lockRows(
    tx,
    'requests',
    deliveries.map(({ id }) => id),
  );
  const changed = await tx.each(
    putBack,
    deliveries.map(({ id, lease_until }) => [id, leaseToken, lease_until]),
  );
  const freed = deliveries.filter((_, index) => changed[index] === 1);
  await wakeDestinations(
    tx,
    freed.map(({ destination_id }) => destination_id),
    now,
  );
}
