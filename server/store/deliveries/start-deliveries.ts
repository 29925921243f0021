import type { RequestState } from '../../../core/request.ts';
import { wakeDestinations } from '../destinations/wake-destinations.ts';
import { fromStates, newRound, setState } from '../moves.ts';
import type { Tx } from '../tx.ts';

export interface StartDeliveriesInput {
  readonly batchId: number;
  /** The outcome state whose requests are looked at. */
  readonly state: Extract<RequestState, 'openai_processed' | 'failed' | 'expired' | 'cancelled'>;
  /** Keyset: only requests with a larger id. */
  readonly afterId: number;
  readonly limit: number;
  readonly now: number;
}

export interface StartDeliveriesOutput {
  readonly started: number;
  /** The largest id looked at, or null when there was none left. */
  readonly lastId: number | null;
}

/**
 * One slice of a settled batch: outcomes with a destination become due. Requests without one stay as they are.
 * Index: requests_by_batch (batch_id, state, id).
 */
export async function startDeliveries(tx: Tx, input: StartDeliveriesInput): Promise<StartDeliveriesOutput> {
  const { batchId, state, afterId, limit, now } = input;
  const slice = await tx.get<{ last: number | null }>(
    `select max(id) as last from (
       select id from requests where batch_id = ? and state = ? and id > ? order by id limit ?) as s`,
    batchId,
    state,
    afterId,
    limit,
  );
  const lastId = slice?.last ?? null;
  if (lastId === null) return { started: 0, lastId };
  const started = await tx.all<{ destination_id: number }>(
    `${setState('deliver')}, due_at = ?, ${newRound}
     where batch_id = ? and state = ? and state in ${fromStates('deliver')} and id > ? and id <= ?
       and destination_id is not null
     returning destination_id`,
    now,
    now,
    batchId,
    state,
    afterId,
    lastId,
  );
  const count = started.length;
  await tx.run('update batches set delivering_count = delivering_count + ? where id = ?', count, batchId);
  await wakeDestinations(
    tx,
    started.map((row) => row.destination_id),
    now,
  );
  return { started: count, lastId };
}
