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
    `select d.id, (select min(r.due_at) from requests r
                   where r.state = 'delivering' and r.destination_id = d.id) as due
     from destinations d where due is not null order by d.id`,
  );
  const due = waiting.filter((destination) => destination.due <= now);
  const deliveries: ClaimedDelivery[] = [];
  for (const [destinationId, quota] of shareOut(
    input,
    due.map((d) => d.id),
  )) {
    const claimed = await tx.all<ClaimedDelivery>(
      `update requests set lease_token = ?, due_at = ?
       where id in (
         select id from requests
         where state = 'delivering' and destination_id = ? and due_at <= ? order by due_at, id limit ?)
       returning id, batch_id, custom_id, outcome, outcome_number, destination_id, delivery, delivery_tries,
         error_code, error_message`,
      input.leaseToken,
      now + input.leaseMs,
      destinationId,
      now,
      quota,
    );
    deliveries.push(...claimed);
  }
  const later = waiting.map((d) => d.due).filter((at) => at > now);
  return { deliveries, nextDueAt: later.length > 0 ? Math.min(...later) : null };
}

/** Splits the free places over destinations: equal shares first, what is left over to whoever can use it. */
function shareOut(input: ClaimDeliveriesInput, destinationIds: readonly number[]): Map<number, number> {
  const quotas = new Map<number, number>();
  let free = input.limit;
  const room = (id: number) => input.perDestination - (input.inFlight[id] ?? 0) - (quotas.get(id) ?? 0);
  let open = destinationIds.filter((id) => room(id) > 0);
  while (free > 0 && open.length > 0) {
    const share = Math.max(1, Math.floor(free / open.length));
    for (const id of open) {
      const quota = Math.min(share, room(id), free);
      quotas.set(id, (quotas.get(id) ?? 0) + quota);
      free -= quota;
    }
    open = open.filter((id) => room(id) > 0);
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
