/** Takes one request out of a batch that is still building: cancelled with an outcome, or deleted. */

import { wakeDestinations } from '../destinations/wake-destinations.ts';
import { countHour } from '../figures/count-hour.ts';
import { inStateFor, newRound, setState } from '../moves.ts';
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

type Seen = Pick<RequestRow, 'id' | 'batch_id' | 'state'> & { readonly batch_state: string };

function look(tx: Tx, customId: string): Promise<Seen | undefined> {
  return tx.get<Seen>(
    `select r.id, r.batch_id, r.state, b.state as batch_state from requests r join batches b on b.id = r.batch_id
     where r.custom_id = ?`,
    customId,
  );
}

/** The request has no outcome yet, so its batch is taken first; whether it still may is seen under both. */
async function takeBuilding(tx: Tx, customId: string): Promise<RequestRow | Stopping> {
  const seen = await look(tx, customId);
  if (seen?.batch_state === 'building' && seen.state === 'pending') {
    const batches = `select id from batches where id = ? and state = 'building'${tx.forUpdate}`;
    const requests = `select * from requests where id = ? and state = 'pending'${tx.forUpdate}`;
    const batch = await tx.get(batches, seen.batch_id);
    const row = batch && (await tx.get<RequestRow>(requests, seen.id));
    if (row) return row;
  }
  const now = await look(tx, customId);
  return now ? { kind: 'too_late', state: now.state, batchState: now.batch_state } : { kind: 'not_found' };
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
  const row = await takeBuilding(tx, customId);
  if ('kind' in row) return row;
  await tx.run(
    `${setState('cancel')}, outcome = 'cancelled', outcome_number = outcome_number + 1, outcome_at = ?,
       error_code = 'request_cancelled', error_message = 'Cancelled by order before it was sent.'
     where id = ? and ${inStateFor('cancel')}`,
    now,
    now,
    row.id,
  );
  await unload(tx, row, true);
  await countHour(tx, row.batch_id, now, { cancelled: 1 });
  if (row.destination_id !== null) {
    await tx.run(
      `${setState('deliver')}, due_at = ?, ${newRound} where id = ? and ${inStateFor('deliver')}`,
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
  const row = await takeBuilding(tx, customId);
  if ('kind' in row) return row;
  await tx.run('delete from request_bodies where request_id = ?', row.id);
  await tx.run('delete from requests where id = ?', row.id);
  await unload(tx, row, false);
  return { kind: 'stopped', requestId: row.id };
}
