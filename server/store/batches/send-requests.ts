import { fromStates, setState } from '../moves.ts';
import type { Tx } from '../tx.ts';

export interface SliceInput {
  readonly batchId: number;
  readonly now: number;
  readonly limit: number;
}

/**
 * One slice of a submitted batch: its pending requests are at the provider now. A closed batch takes no new
 * requests, so every pending row of it is in the file. Index: requests_by_batch.
 *
 * @returns how many moved; fewer than the limit means that all have
 */
export async function sendRequests(tx: Tx, { batchId, now, limit }: SliceInput): Promise<number> {
  return tx.run(
    `${setState('send')}, call_tries = call_tries + 1
     where id in (
       select id from requests where batch_id = ? and state in ${fromStates('send')} order by id limit ?)`,
    now,
    batchId,
    limit,
  );
}

/** One slice of a batch that the provider turned away: its requests wait again and the try is not counted. */
export async function returnRequests(tx: Tx, { batchId, now, limit }: SliceInput): Promise<number> {
  return tx.run(
    `${setState('return')}, call_tries = call_tries - 1
     where id in (
       select id from requests where batch_id = ? and state in ${fromStates('return')} order by id limit ?)`,
    now,
    batchId,
    limit,
  );
}
