/** Takes one request out of a batch that is still building: cancelled with an outcome, or deleted. */

import { wakeDestinations } from '../destinations/wake-destinations.ts';
import { countHour } from '../figures/count-hour.ts';
import { fromStates, newRound, setState } from '../moves.ts';
import type { RequestRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

export type Stopping =
  | { readonly kind: 'stopped'; readonly requestId: number }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'too_late'; readonly state: string; readonly batchState: string };

interface StopInput {
  readonly customId: string;
  readonly now: number;
}

async function findBuilding(tx: Tx, customId: string): Promise<RequestRow | Stopping> {
  const row = await tx.get<RequestRow & { batch_state: string }>(
    `select r.*, b.state as batch_state from requests r join batches b on b.id = r.batch_id
     where r.custom_id = ?${tx.forUpdate}`,
    customId,
  );
  if (!row) return { kind: 'not_found' };
  if (row.batch_state !== 'building' || row.state !== 'pending') {
    return { kind: 'too_late', state: row.state, batchState: row.batch_state };
  }
  return row;
}

async function unload(tx: Tx, row: RequestRow, cancelled: boolean): Promise<void> {
  await tx.run(
    `update batches set request_count = request_count - ?, cancelled_count = cancelled_count + ?,
       delivering_count = delivering_count + ?, size_bytes = size_bytes - ?,
       embedding_inputs = embedding_inputs - ?, estimated_tokens = estimated_tokens - ? where id = ?`,
    cancelled ? 0 : 1,
    cancelled ? 1 : 0,
    cancelled && row.destination_id !== null ? 1 : 0,
    row.line_bytes,
    row.embedding_inputs,
    row.estimated_tokens,
    row.batch_id,
  );
}

/** Ends the request as cancelled; the outcome is delivered at once. */
export async function cancelRequest(tx: Tx, { customId, now }: StopInput): Promise<Stopping> {
  const row = await findBuilding(tx, customId);
  if ('kind' in row) return row;
  await tx.run(
    `${setState('cancel')}, outcome = 'cancelled', outcome_number = outcome_number + 1, outcome_at = ?,
       error_code = 'request_cancelled', error_message = 'Cancelled by order before it was sent.'
     where id = ? and state in ${fromStates('cancel')}`,
    now,
    now,
    row.id,
  );
  await unload(tx, row, true);
  await countHour(tx, row.batch_id, now, { cancelled: 1 });
  if (row.destination_id !== null) {
    await tx.run(
      `${setState('deliver')}, due_at = ?, ${newRound} where id = ? and state in ${fromStates('deliver')}`,
      now,
      now,
      row.id,
    );
    await wakeDestinations(tx, [row.destination_id], now);
  }
  return { kind: 'stopped', requestId: row.id };
}

/** Removes the request as if it had never come. */
export async function deleteRequest(tx: Tx, { customId }: StopInput): Promise<Stopping> {
  const row = await findBuilding(tx, customId);
  if ('kind' in row) return row;
  await tx.run('delete from request_bodies where request_id = ?', row.id);
  await tx.run('delete from requests where id = ?', row.id);
  await unload(tx, row, false);
  return { kind: 'stopped', requestId: row.id };
}
