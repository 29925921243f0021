/**
 * Decides, slice by slice, what becomes of requests that a finished batch left without a result: those that may
 * still succeed go to a successor, the others end with what happened to them last.
 */
import { type CallError, costsNoTry, mayTryAgain, outcomeOf } from '../../../core/verdict.ts';
import { countHour } from '../figures/count-hour.ts';
import { bearBatch, fromStates, inStateFor, setState } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { SqlValue, Tx } from '../tx.ts';

export interface LeftoverInput {
  /** How often a request is sent in all. */
  readonly maxTries: number;
  readonly batchId: number;
  readonly leaseToken: string;
  readonly now: number;
  readonly limit: number;
  /**
   * - `retry`: to a successor while tries are left
   * - `survive`: nothing of the batch was run, so to a successor, the try given back; refused lines end
   * - `end`: each ends with its last error
   */
  readonly policy: 'retry' | 'survive' | 'end';
  /** What happened to a request that has no error of its own. */
  readonly error: CallError;
  readonly successors: SuccessorSize;
}

/** What one successor may hold, and what it inherits. */
export interface SuccessorSize {
  readonly rows: number;
  /** Bytes after which the next one is begun; null: rows alone count. */
  readonly bytes: number | null;
  readonly rowLimit: number | null;
  readonly refusals: number;
}

export interface LeftoverOutput {
  readonly held: boolean;
  readonly returned: number;
  readonly ended: number;
  /** In the provider's words, when requests among those returned lacked money. */
  readonly lackedMoney: string | null;
}

interface Leftover {
  id: number;
  state: 'pending' | 'openai_processing';
  call_tries: number;
  error_code: string | null;
  error_message: string | null;
  line_bytes: number;
  embedding_inputs: number;
  estimated_tokens: number;
  /** 1: its line was refused in this very run. */
  refused: number;
}

/** Index: requests_by_batch, in whose order slices come, so that no slice sorts what is left. */
export async function settleLeftovers(tx: Tx, input: LeftoverInput): Promise<LeftoverOutput> {
  const { batchId } = input;
  const batch = await tx.get<BatchRow>(
    `select * from batches where id = ? and lease_token = ?${tx.forUpdate}`,
    batchId,
    input.leaseToken,
  );
  if (!batch) return { held: false, returned: 0, ended: 0, lackedMoney: null };
  const leftovers = await tx.all<Leftover>(
    `select id, state, call_tries, error_code, error_message, line_bytes, embedding_inputs, estimated_tokens,
       case when exists (
         select 1 from request_runs x where x.request_id = requests.id and x.batch_id = ? and x.run = ?)
       then 1 else 0 end as refused
     from requests where batch_id = ? and state in ${fromStates('fail')} order by state, id limit ?`,
    batchId,
    batch.submit_attempt,
    batchId,
    input.limit,
  );
  const retried = leftovers.filter((row) => goesOn(row, input));
  const ended = leftovers.filter((row) => !retried.includes(row));
  await moveToSuccessor(tx, batch, retried, input);
  await endLeftovers(tx, batch, ended, input);
  const unpaid = retried.find(isFree);
  const lackedMoney = unpaid ? (unpaid.error_message ?? unpaid.error_code) : null;
  return { held: true, returned: retried.length, ended: ended.length, lackedMoney };
}

function goesOn(row: Leftover, { policy, maxTries }: LeftoverInput): boolean {
  if (policy === 'survive') return row.refused === 0;
  return policy === 'retry' && (mayTryAgain(row.call_tries, maxTries) || isFree(row));
}

/** A try that ended for want of money, or that nothing came of, is given back. */
function isFree(row: Leftover): boolean {
  return row.error_code !== null && costsNoTry(row.error_code);
}

async function moveToSuccessor(
  tx: Tx,
  batch: BatchRow,
  rows: readonly Leftover[],
  input: LeftoverInput,
): Promise<void> {
  for (let at = 0; at < rows.length; ) {
    const successor = await unsealedSuccessor(tx, batch, input);
    const fitting = fillUp(successor, rows.slice(at), input.successors);
    await fillSuccessor(tx, batch, successor.id, fitting, input);
    at += fitting.length;
  }
}

/** The rows that still go into a successor: at least one, so that every row ends somewhere. */
function fillUp(
  held: Pick<BatchRow, 'request_count' | 'size_bytes'>,
  rows: readonly Leftover[],
  size: SuccessorSize,
): Leftover[] {
  const fitting: Leftover[] = [];
  let bytes = held.size_bytes;
  for (const row of rows) {
    const isFull =
      held.request_count + fitting.length >= size.rows || (size.bytes !== null && bytes >= size.bytes);
    if (isFull && fitting.length > 0) break;
    fitting.push(row);
    bytes += row.line_bytes;
  }
  return fitting;
}

async function fillSuccessor(
  tx: Tx,
  batch: BatchRow,
  successorId: number,
  rows: readonly Leftover[],
  { now, error, policy }: LeftoverInput,
): Promise<void> {
  for (const [state, move] of [
    ['openai_processing', 'return'],
    ['pending', 'carry'],
  ] as const) {
    const these = rows.filter((row) => row.state === state);
    await tx.each(
      `${setState(move)}, batch_id = ?, call_tries = call_tries - ?, error_code = null, error_message = null
       where id = ? and ${inStateFor(move)}`,
      these.map((row) => [
        now,
        successorId,
        state === 'openai_processing' && (policy === 'survive' || isFree(row)) ? 1 : 0,
        row.id,
      ]),
    );
  }
  await tx.each(
    'insert into request_runs (request_id, batch_id, run, ended, at) values (?, ?, ?, ?, ?) on conflict do nothing',
    rows.map((row) => [row.id, batch.id, batch.submit_attempt, row.error_code ?? error.code, now]),
  );
  const sum = (column: 'line_bytes' | 'embedding_inputs' | 'estimated_tokens') =>
    rows.reduce((total, row) => total + row[column], 0);
  await tx.run(
    `update batches set request_count = request_count + ?, size_bytes = size_bytes + ?,
       embedding_inputs = embedding_inputs + ?, estimated_tokens = estimated_tokens + ? where id = ?`,
    rows.length,
    sum('line_bytes'),
    sum('embedding_inputs'),
    sum('estimated_tokens'),
    successorId,
  );
  await tx.run('update batches set request_count = request_count - ? where id = ?', rows.length, batch.id);
}

/** A successor is sealed, and so becomes due, only when its predecessor has settled; until then it grows. */
async function unsealedSuccessor(tx: Tx, batch: BatchRow, input: LeftoverInput): Promise<BatchRow> {
  const { now, successors } = input;
  const found = await tx.get<BatchRow>(
    `select * from batches where successor_of = ? and closed_at is null and state = 'uploading'
     order by id desc limit 1`,
    batch.id,
  );
  const isFull = (row: BatchRow) =>
    row.request_count >= successors.rows || (successors.bytes !== null && row.size_bytes >= successors.bytes);
  if (found && !isFull(found)) return found;
  return bearBatch(tx, {
    move: 'succeed',
    endpoint: batch.endpoint,
    model: batch.model,
    facts: {
      successor_of: batch.id,
      due_at: null,
      row_limit: successors.rowLimit,
      refusals: successors.refusals,
    },
    actor: 'download',
    reason: `requests of batch ${batch.id} that may still succeed`,
    now,
  });
}

/**
 * Makes the successors of a settled or cut batch due at `dueAt`. A wish to cancel that came while rows still went over
 * to them is theirs as well. Index: batches_by_predecessor.
 */
export async function sealSuccessors(tx: Tx, batchId: number, now: number, dueAt: number): Promise<number> {
  return tx.run(
    `update batches set closed_at = ?, due_at = ?, sent_count = request_count,
       cancel_requested_at = (select p.cancel_requested_at from batches p where p.id = batches.successor_of)
     where successor_of = ? and closed_at is null and state = 'uploading'`,
    now,
    dueAt,
    batchId,
  );
}

async function endLeftovers(
  tx: Tx,
  batch: BatchRow,
  rows: readonly Leftover[],
  { now, error }: LeftoverInput,
): Promise<void> {
  const counts = { failed: 0, expired: 0, cancelled: 0 };
  const ends = { failed: [], expired: [], cancelled: [] } as Record<keyof typeof counts, SqlValue[][]>;
  for (const row of rows) {
    const last: CallError =
      row.error_code === null ? error : { code: row.error_code, message: row.error_message ?? '' };
    const outcome = outcomeOf(last);
    counts[outcome] += 1;
    ends[outcome].push([now, now, last.code, last.message, row.id]);
  }
  for (const [outcome, move] of [
    ['failed', 'fail'],
    ['expired', 'expire'],
    ['cancelled', 'cancel'],
  ] as const) {
    await tx.each(
      `${setState(move)}, outcome = '${outcome}', outcome_number = outcome_number + 1, outcome_at = ?,
         error_code = ?, error_message = ? where id = ? and ${inStateFor(move)}`,
      ends[outcome],
    );
  }
  await tx.run(
    `update batches set failed_count = failed_count + ?, expired_count = expired_count + ?,
       cancelled_count = cancelled_count + ? where id = ?`,
    counts.failed,
    counts.expired,
    counts.cancelled,
    batch.id,
  );
  await countHour(tx, batch.id, now, counts);
}
