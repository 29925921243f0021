import { fromStates, setState } from '../moves.ts';
import type { Tx } from '../tx.ts';
import { isHeld } from './keep-lease.ts';

export interface SliceInput {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly now: number;
  readonly limit: number;
}

export interface SliceOutput {
  /** False when the lease was lost and nothing was moved. */
  readonly held: boolean;
  /** Fewer than the limit: all have moved. */
  readonly moved: number;
}

/**
 * One slice of a submitted batch: its pending requests are at the provider now. A closed batch takes no new
 * requests, so every pending row of it is in the file. Index: requests_by_batch.
 */
export async function sendRequests(tx: Tx, { batchId, leaseToken, now, limit }: SliceInput) {
  if (!(await isHeld(tx, batchId, leaseToken))) return { held: false, moved: 0 } satisfies SliceOutput;
  const moved = await tx.run(
    `${setState('send')}, call_tries = call_tries + 1
     where id in (
       select id from requests where batch_id = ? and state in ${fromStates('send')} order by id limit ?)`,
    now,
    batchId,
    limit,
  );
  return { held: true, moved } satisfies SliceOutput;
}

/** One slice of a batch that the provider turned away: its requests wait again and the try is not counted. */
export async function returnRequests(tx: Tx, { batchId, leaseToken, now, limit }: SliceInput) {
  if (!(await isHeld(tx, batchId, leaseToken))) return { held: false, moved: 0 } satisfies SliceOutput;
  const moved = await tx.run(
    `${setState('return')}, call_tries = call_tries - 1
     where id in (
       select id from requests where batch_id = ? and state in ${fromStates('return')} order by id limit ?)`,
    now,
    batchId,
    limit,
  );
  return { held: true, moved } satisfies SliceOutput;
}
