/** Requests whose lines the provider refused at validation: noted while the batch still stands where it stood. */
import type { Tx } from '../tx.ts';
import { isHeld } from './keep-lease.ts';

export interface Refusal {
  readonly requestId: number;
  readonly code: string;
  readonly message: string;
}

export interface NoteRefusalsInput {
  readonly batchId: number;
  readonly leaseToken: string;
  /** The attempt at creating the batch that was refused. */
  readonly run: number;
  readonly refusals: readonly Refusal[];
  readonly now: number;
}

/**
 * One slice. The run of a refused request is closed here, and its error kept with it; the request itself ends when
 * the batch settles. Until then no row changes its state, so that line n stays the nth row. Repeatable.
 */
export async function noteRefusals(tx: Tx, input: NoteRefusalsInput): Promise<boolean> {
  const { batchId, run, refusals, now } = input;
  if (!(await isHeld(tx, batchId, input.leaseToken))) return false;
  await tx.each(
    `update requests set error_code = ?, error_message = ?
     where id = ? and batch_id = ? and state = 'openai_processing'`,
    refusals.map((r) => [r.code, r.message, r.requestId, batchId]),
  );
  await tx.each(
    'insert into request_runs (request_id, batch_id, run, ended, at) values (?, ?, ?, ?, ?) on conflict do nothing',
    refusals.map((r) => [r.requestId, batchId, run, r.code, now]),
  );
  return true;
}
