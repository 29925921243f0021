/**
 * Takes due deliveries under a lease, round robin over destinations, so that a blocked one costs its neighbours
 * nothing. The lease is the due time itself, moved to when another may try; the token tells whose it is.
 */
import type { Outcome } from '../../../core/request.ts';
import type { Tx } from '../tx.ts';

export interface ClaimDeliveriesInput {
  readonly now: number;
  readonly limit: number;
  readonly leaseMs: number;
  readonly leaseToken: string;
  /** Most that one destination may have in flight. */
  readonly perDestination: number;
  /** Deliveries in flight, by destination id. */
  readonly inFlight: Readonly<Record<number, number>>;
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
}

export interface ClaimDeliveriesOutput {
  readonly deliveries: ClaimedDelivery[];
  readonly nextDueAt: number | null;
}

/** Index: requests_due (destination_id, due_at, id). */
export async function claimDeliveries(tx: Tx, input: ClaimDeliveriesInput): Promise<ClaimDeliveriesOutput> {
  const { now } = input;
  const waiting = await tx.all<{ id: number; due: number }>(
    `select id, due from (
       select d.id, (select min(r.due_at) from requests r
                     where r.state = 'delivering' and r.destination_id = d.id) as due
       from destinations d) as w
     where due is not null order by id`,
  );
  const due = waiting.filter((destination) => destination.due <= now);
  const deliveries: ClaimedDelivery[] = [];
  for (const [destinationId, quota] of shareOut(
    input,
    due.map((d) => d.id),
  )) {
    const claimed = await tx.all<ClaimedDelivery>(
      `with picked as materialized (
         select id from requests
         where state = 'delivering' and destination_id = ? and due_at <= ? order by due_at, id limit ?${tx.skipLocked})
       update requests set lease_token = ?, due_at = ?
       where id in (select id from picked)
       returning id, batch_id, custom_id, outcome, outcome_number, destination_id, delivery, delivery_tries,
         error_code, error_message`,
      destinationId,
      now,
      quota,
      input.leaseToken,
      now + input.leaseMs,
    );
    deliveries.push(...claimed);
  }
  const later = waiting.map((d) => d.due).filter((at) => at > now);
  return { deliveries, nextDueAt: later.length > 0 ? Math.min(...later) : null };
}

/**
 * Splits the free places over destinations: each goes to whoever has the fewest in flight. Without counting
 * these, a slow destination would take every place that its neighbours free. Ties are broken by turns, which
 * the clock deals, so that the first in the list is not always first.
 */
function shareOut(input: ClaimDeliveriesInput, destinationIds: readonly number[]): Map<number, number> {
  const quotas = new Map<number, number>();
  const first = input.now % Math.max(1, destinationIds.length);
  const turns = [...destinationIds.slice(first), ...destinationIds.slice(0, first)];
  const held = new Map(turns.map((id) => [id, input.inFlight[id] ?? 0]));
  for (let free = input.limit; free > 0; free--) {
    let next: number | undefined;
    for (const id of turns) {
      const load = held.get(id) ?? 0;
      if (load < input.perDestination && (next === undefined || load < (held.get(next) ?? 0))) next = id;
    }
    if (next === undefined) break;
    quotas.set(next, (quotas.get(next) ?? 0) + 1);
    held.set(next, (held.get(next) ?? 0) + 1);
  }
  return quotas;
}

/**
 * Makes deliveries due again whose sender is gone; only for a store that one process owns alone. Looks at what
 * falls due within one lease, since no live lease ends later.
 */
export async function breakDeliveryLeases(
  tx: Tx,
  input: { readonly now: number; readonly leaseMs: number },
): Promise<number> {
  return tx.run(
    `update requests set due_at = ?, lease_token = null
     where id in (
       select r.id from destinations d join requests r on r.destination_id = d.id
       where r.state = 'delivering' and r.due_at > ? and r.due_at <= ? and r.lease_token is not null)`,
    input.now,
    input.now,
    input.now + input.leaseMs,
  );
}
