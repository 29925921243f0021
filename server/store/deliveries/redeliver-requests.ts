/** Hands one outcome over once more, and keeps its batch's counters. More than one is a redelivery. */
import { wakeDestinations } from '../destinations/wake-destinations.ts';
import { inStateFor, moveBatch, newRound, setState } from '../moves.ts';
import type { RequestRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { noLease } from './delivery-lease.ts';

export type Redelivery =
  | { readonly kind: 'redelivering' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'being_sent' }
  | { readonly kind: 'no_outcome'; readonly state: string }
  | { readonly kind: 'no_destination' };

/** One request. A pause before its next attempt is cut short; an attempt under way refuses. */
export async function redeliverRequest(
  tx: Tx,
  input: { readonly customId: string; readonly actor: string; readonly now: number },
): Promise<Redelivery> {
  const { now } = input;
  const row = await tx.get<RequestRow>(
    `select * from requests where custom_id = ?${tx.forUpdate}`,
    input.customId,
  );
  if (!row || (await isDeleted(tx, row.batch_id))) return { kind: 'not_found' };
  if (row.outcome === null) return { kind: 'no_outcome', state: row.state };
  if (row.destination_id === null) return { kind: 'no_destination' };
  if (row.state === 'delivering') {
    if (row.lease_token !== null && (row.lease_until ?? 0) > now) return { kind: 'being_sent' };
    await tx.run(`update requests set due_at = ?, asked_until = null, ${noLease} where id = ?`, now, row.id);
  }
  if (row.state === 'delivered' || row.state === 'delivery_failed') {
    await sendAgain(tx, row.id, now);
    await recountRedelivered(tx, row.batch_id, row.state, 1, input.actor, now);
  }
  await wakeDestinations(tx, [row.destination_id], now);
  return { kind: 'redelivering' };
}

async function sendAgain(tx: Tx, requestId: number, now: number): Promise<void> {
  await tx.run(
    `${setState('redeliver')}, due_at = ?, ${newRound}
     where id = ? and ${inStateFor('redeliver')}`,
    now,
    now,
    requestId,
  );
}

/** Its rows are being removed, this one among them. */
async function isDeleted(tx: Tx, batchId: number): Promise<boolean> {
  const batch = await tx.get<{ deleted_at: number | null }>(
    'select deleted_at from batches where id = ?',
    batchId,
  );
  return batch?.deleted_at != null;
}

/** The batch's side of a redelivery: its counters, and its state where it was done. */
export async function recountRedelivered(
  tx: Tx,
  batchId: number,
  state: 'delivered' | 'delivery_failed',
  count: number,
  actor: string,
  now: number,
): Promise<void> {
  await tx.run(
    `update batches set ${state}_count = ${state}_count - ?, delivering_count = delivering_count + ?,
       ended_at = null where id = ?`,
    count,
    count,
    batchId,
  );
  await moveBatch(tx, {
    batchId,
    move: 'redeliver',
    facts: { due_at: null, hand_over: null, ended_at: null },
    actor,
    now,
  });
}
