/**
 * Restarts a failed batch: requests that ended only because of it wait again, and it is uploaded once more. The order is
 * a wish on the row; the batch's driver carries it out in slices under its lease, so that a kill in between delays it
 * and leaves nothing half done.
 */
import { mayMove } from '../../../core/batch.ts';
import { leaseIsOver, noLease } from '../deliveries/delivery-lease.ts';
import { endBatch } from '../deliveries/end-batch.ts';
import { type BatchFacts, fromStates, inStateFor, moveBatch, setState } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { isHeld } from './keep-lease.ts';

/** The error code of requests that ended only because their batch failed; these alone a restart takes back. */
export const batchFailedCode = 'batch_failed';

/**
 * Requests that a restart may take back; parameters: batch, now. One that is being sent at this moment is left to its
 * end, and so is one whose body retention has removed.
 */
const takenBack = `batch_id = ? and outcome = 'failed' and error_code = '${batchFailedCode}'
  and state in ${fromStates('restart')} and ${leaseIsOver}
  and exists (select 1 from request_bodies b where b.request_id = requests.id)`;

export type RestartOrder =
  /** `restarting`: it was ordered before, and is being carried out. */
  | { readonly kind: 'requested' | 'restarting'; readonly batch: BatchRow }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'not_failed'; readonly state: string }
  | { readonly kind: 'not_settled'; readonly state: string }
  | { readonly kind: 'nothing' };

/** Writes the wish down, with who had it. From then on the batch owes something again: it has not ended. */
export async function requestRestart(
  tx: Tx,
  input: { readonly batchId: number; readonly actor: string; readonly now: number },
): Promise<RestartOrder> {
  const { batchId, actor, now } = input;
  const row = await tx.get<BatchRow>(
    `select * from batches where id = ? and deleted_at is null${tx.forUpdate}`,
    batchId,
  );
  if (!row) return { kind: 'not_found' };
  if (!mayMove(row.state, 'restart')) return { kind: 'not_failed', state: row.state };
  if (row.restart_requested_at !== null) return { kind: 'restarting', batch: row };
  if (row.settled_at === null) return { kind: 'not_settled', state: row.state };
  const some = await tx.get(`select id from requests where ${takenBack} limit 1`, batchId, now);
  if (!some) return { kind: 'nothing' };
  const batch = await tx.get<BatchRow>(
    `update batches set restart_requested_at = ?, restart_requested_by = ?, due_at = ?, ended_at = null
     where id = ? returning *`,
    now,
    actor,
    now,
    batchId,
  );
  return batch ? { kind: 'requested', batch } : { kind: 'not_found' };
}

export interface RestartSliceInput {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly afterId: number;
  readonly limit: number;
  readonly now: number;
}

export interface RestartSliceOutput {
  /** False when the lease was lost and nothing was taken back. */
  readonly held: boolean;
  readonly count: number;
  /** Where the next slice begins; null when this was the last. */
  readonly lastId: number | null;
}

/** One slice. These requests have an outcome, so they are taken before their batch. Index: requests_by_batch. */
export async function restartSlice(tx: Tx, input: RestartSliceInput): Promise<RestartSliceOutput> {
  const { batchId, leaseToken, afterId, limit, now } = input;
  const slice = await tx.all<{ id: number; state: string }>(
    `select id, state from requests where ${takenBack} and id > ? order by id limit ?${tx.forUpdate}`,
    batchId,
    now,
    afterId,
    limit,
  );
  if (!(await isHeld(tx, batchId, leaseToken))) return { held: false, count: 0, lastId: null };
  if (slice.length === 0) return { held: true, count: 0, lastId: null };
  await tx.each(
    `${setState('restart')}, outcome = null, outcome_at = null, error_code = null, error_message = null,
       call_tries = 0, due_at = null, ${noLease} where id = ? and ${inStateFor('restart')}`,
    slice.map((row) => [now, row.id]),
  );
  const inState = (state: string) => slice.filter((row) => row.state === state).length;
  await tx.run(
    `update batches set failed_count = failed_count - ?, delivering_count = delivering_count - ?,
       delivered_count = delivered_count - ?, delivery_failed_count = delivery_failed_count - ? where id = ?`,
    slice.length,
    inState('delivering'),
    inState('delivered'),
    inState('delivery_failed'),
    batchId,
  );
  return { held: true, count: slice.length, lastId: slice.at(-1)?.id ?? null };
}

/** What a batch knows before its file is sent. */
const nothingSent: BatchFacts = {
  output_lines: null,
  error_lines: null,
  missing_lines: null,
  duplicate_lines: null,
  unknown_lines: null,
  openai_input_file_id: null,
  openai_input_file_created_at: null,
  openai_batch_id: null,
  openai_created_at: null,
  openai_status: null,
  openai_total: null,
  openai_completed: null,
  openai_failed: null,
  openai_output_file_id: null,
  openai_error_file_id: null,
  openai_errors: null,
  failure: null,
  refusals: 0,
  reuploads: 0,
  submit_intent_at: null,
  submit_looks: 0,
  cancel_requested_at: null,
  restart_requested_at: null,
  restart_requested_by: null,
  advanced_at: null,
  settled_at: null,
  ended_at: null,
};

/**
 * The end of a restart: what is pending becomes the content of the next file, and the wish goes with the move. Where
 * nothing could be taken back after all, the wish goes alone and the batch ends as it had. Null when the lease is lost.
 */
export async function finishRestart(
  tx: Tx,
  input: { readonly batchId: number; readonly leaseToken: string; readonly now: number },
): Promise<BatchRow | null> {
  const { batchId, leaseToken, now } = input;
  const row = await tx.get<BatchRow>(
    `select * from batches where id = ? and lease_token = ?${tx.forUpdate}`,
    batchId,
    leaseToken,
  );
  if (!row) return null;
  const load = await tx.get<{
    lines: number;
    bytes: number | null;
    inputs: number | null;
    tokens: number | null;
  }>(
    `select count(*) as lines, sum(line_bytes) as bytes, sum(embedding_inputs) as inputs,
       sum(estimated_tokens) as tokens
     from requests where batch_id = ? and state = 'pending'`,
    batchId,
  );
  if (!load || load.lines === 0) return dropWish(tx, batchId, now);
  return moveBatch(tx, {
    batchId,
    move: 'restart',
    to: 'uploading',
    facts: {
      sent_count: load.lines,
      size_bytes: load.bytes ?? 0,
      embedding_inputs: load.inputs ?? 0,
      estimated_tokens: load.tokens ?? 0,
      // Another name for the file: one that was sent before and is found late holds other lines.
      submit_attempt: row.submit_attempt + 1,
      ...nothingSent,
    },
    leaseToken,
    actor: row.restart_requested_by ?? 'operator',
    reason: `${load.lines} requests sent again`,
    now,
  });
}

async function dropWish(tx: Tx, batchId: number, now: number): Promise<BatchRow | null> {
  const row = await tx.get<BatchRow>(
    `update batches set restart_requested_at = null, restart_requested_by = null, due_at = null, tries = 0,
       lease_token = null, lease_until = null, lease_owner = null where id = ? returning *`,
    batchId,
  );
  return (await endBatch(tx, batchId, now)) ?? row ?? null;
}
