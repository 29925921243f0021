import { type BatchFacts, fromStates, moveBatch, setState } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

/** The error code of requests that ended only because their batch failed; these alone a restart takes back. */
export const batchFailedCode = 'batch_failed';

export interface RestartSliceInput {
  readonly batchId: number;
  readonly afterId: number;
  readonly limit: number;
  readonly now: number;
}

/**
 * One slice of a failed batch: requests that ended because of it wait again. A request that is being sent at
 * this moment is left to its end, and so is one whose body retention has removed. Index: requests_by_batch.
 */
export async function restartSlice(
  tx: Tx,
  { batchId, afterId, limit, now }: RestartSliceInput,
): Promise<{ readonly count: number; readonly lastId: number | null }> {
  const slice = await tx.all<{
    id: number;
    state: string;
    line_bytes: number;
    tokens: number;
    inputs: number;
  }>(
    `select id, state, line_bytes, estimated_tokens as tokens, embedding_inputs as inputs from requests
     where batch_id = ? and id > ? and outcome = 'failed' and error_code = '${batchFailedCode}'
       and state in ${fromStates('restart')} and (lease_token is null or due_at <= ?)
       and exists (select 1 from request_bodies b where b.request_id = requests.id)
     order by id limit ?${tx.forUpdate}`,
    batchId,
    afterId,
    now,
    limit,
  );
  if (slice.length === 0) return { count: 0, lastId: null };
  await tx.each(
    `${setState('restart')}, outcome = null, outcome_at = null, error_code = null, error_message = null,
       call_tries = 0, due_at = null, lease_token = null where id = ? and state in ${fromStates('restart')}`,
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
  return { count: slice.length, lastId: slice.at(-1)?.id ?? null };
}

/** What a batch knows before its file is sent. */
const nothingSent: BatchFacts = {
  output_lines: null,
  error_lines: null,
  missing_lines: null,
  duplicate_lines: null,
  unknown_lines: null,
  openai_input_file_id: null,
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
  advanced_at: null,
  settled_at: null,
  ended_at: null,
};

/** What is pending in a failed batch becomes the content of its next file. */
export async function restartBatch(
  tx: Tx,
  input: {
    readonly batchId: number;
    readonly actor: string;
    readonly now: number;
  },
): Promise<BatchRow | null> {
  const { batchId, actor, now } = input;
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
  if (!load || load.lines === 0) return null;
  return moveBatch(tx, {
    batchId,
    move: 'restart',
    to: 'uploading',
    facts: {
      sent_count: load.lines,
      size_bytes: load.bytes ?? 0,
      embedding_inputs: load.inputs ?? 0,
      estimated_tokens: load.tokens ?? 0,
      ...nothingSent,
    },
    unlessLeased: true,
    actor,
    reason: `${load.lines} requests sent again`,
    now,
  });
}
