/** Gives one request another destination. An attempt under way still goes to the old one; the next to the new. */
import type { DestinationType } from '../../../core/destination.ts';
import { wakeDestinations } from '../destinations/wake-destinations.ts';
import { findDestinationId } from '../intake/find-destination.ts';
import { inStateFor, moveBatch, newRound, setState } from '../moves.ts';
import type { RequestRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

export interface RetargetInput {
  readonly customId: string;
  /** JSON text of the delivery configuration. */
  readonly delivery: string;
  /** Null: type none. */
  readonly destination: { readonly type: DestinationType; readonly address: string } | null;
  readonly actor: string;
  readonly now: number;
}

export type Retargeting =
  | { readonly kind: 'retargeted' }
  | { readonly kind: 'not_found' }
  /** There is an outcome, and it is on its way: nobody can be told that it goes nowhere. */
  | { readonly kind: 'too_late'; readonly state: string };

/** Index: requests_by_custom_id. */
export async function retargetRequest(tx: Tx, input: RetargetInput): Promise<Retargeting> {
  const { destination, now } = input;
  const row = await tx.get<RequestRow>(
    `select * from requests where custom_id = ?${tx.forUpdate}`,
    input.customId,
  );
  if (!row) return { kind: 'not_found' };
  if (destination === null && row.destination_id !== null && row.outcome !== null) {
    return { kind: 'too_late', state: row.state };
  }
  const destinationId = destination && (await findDestinationId(tx, destination, now));
  await tx.run(
    `update requests set delivery = ?, destination_id = ?, updated_at = ?, held_since = null, asked_until = null
     where id = ?`,
    input.delivery,
    destinationId,
    now,
    row.id,
  );
  if (destinationId === null) return { kind: 'retargeted' };
  if (row.state === 'delivering') await wakeDestinations(tx, [destinationId], row.due_at ?? now);
  else if (row.destination_id === null && row.outcome !== null) await start(tx, row, destinationId, input);
  return { kind: 'retargeted' };
}

/** Until now its outcome was only fetched: now it is sent, whatever its batch is doing. */
async function start(
  tx: Tx,
  row: RequestRow,
  destinationId: number,
  { actor, now }: RetargetInput,
): Promise<void> {
  await tx.run(
    `${setState('deliver')}, due_at = ?, ${newRound}
     where id = ? and ${inStateFor('deliver')}`,
    now,
    now,
    row.id,
  );
  await tx.run(
    'update batches set delivering_count = delivering_count + 1, ended_at = null where id = ?',
    row.batch_id,
  );
  await moveBatch(tx, {
    batchId: row.batch_id,
    move: 'redeliver',
    facts: { due_at: null, hand_over: null, ended_at: null },
    actor,
    now,
  });
  await wakeDestinations(tx, [destinationId], now);
}
