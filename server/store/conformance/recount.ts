/**
 * Counts everything again from the rows themselves and compares: the counters of a batch are a promise that
 * pages, metrics and the end of a batch rely on.
 */
import { endStates, handOverOf } from '../../../core/batch.ts';
import type { RequestDetail } from '../read/requests.ts';
import type { BatchRow, ResultRow } from '../rows.ts';
import type { Store } from '../store.ts';

/** Not sent yet: what the file holds, or will hold, is what waits. */
const beforeProvider = ['building', 'uploading', 'uploaded', 'waiting_for_capacity'];
const callOver = ['openai_processed', 'failed', 'expired', 'cancelled'];

/** @returns one sentence for each number that is not what the rows say; none when all is well */
export async function recount(store: Store): Promise<string[]> {
  const wrong: string[] = [];
  for (const batch of await store.listBatches({ cursor: null, limit: 10_000 })) {
    const rows = await allRows(store, batch.id);
    const results = await store.getResults({ requestIds: rows.map((row) => row.id) });
    const said = (name: string, is: unknown, should: unknown) => {
      if (is !== should)
        wrong.push(`batch ${batch.id} (${batch.state}): ${name} is ${is}, rows say ${should}`);
    };
    countRows(batch, rows, said);
    countFile(batch, rows, said);
    countUsage(batch, results, said);
    checkEnd(batch, said);
    checkRows(rows, results, said);
  }
  return wrong;
}

type Said = (name: string, is: unknown, should: unknown) => void;

function countRows(batch: BatchRow, rows: readonly RequestDetail[], said: Said): void {
  const outcome = (word: string) => rows.filter((row) => row.outcome === word).length;
  const state = (word: string) => rows.filter((row) => row.state === word).length;
  said('request_count', batch.request_count, rows.length);
  said('succeeded_count', batch.succeeded_count, outcome('succeeded'));
  said('failed_count', batch.failed_count, outcome('failed'));
  said('expired_count', batch.expired_count, outcome('expired'));
  said('cancelled_count', batch.cancelled_count, outcome('cancelled'));
  said('delivering_count', batch.delivering_count, state('delivering'));
  said('delivered_count', batch.delivered_count, state('delivered'));
  said('delivery_failed_count', batch.delivery_failed_count, state('delivery_failed'));
}

function countFile(batch: BatchRow, rows: readonly RequestDetail[], said: Said): void {
  const { output_lines, error_lines, missing_lines, sent_count } = batch;
  if (output_lines !== null) {
    said('lines accounted for', output_lines + (error_lines ?? 0) + (missing_lines ?? 0), sent_count);
  }
  if (!beforeProvider.includes(batch.state)) return;
  const waiting = rows.filter((row) => row.state === 'pending');
  const sum = (column: 'line_bytes' | 'embedding_inputs' | 'estimated_tokens') =>
    waiting.reduce((total, row) => total + row[column], 0);
  said('size_bytes', batch.size_bytes, sum('line_bytes'));
  said('embedding_inputs', batch.embedding_inputs, sum('embedding_inputs'));
  said('estimated_tokens', batch.estimated_tokens, sum('estimated_tokens'));
  const growing = batch.state === 'building' || (batch.successor_of !== null && batch.closed_at === null);
  said('sent_count', sent_count, growing ? null : waiting.length);
}

function countUsage(batch: BatchRow, results: readonly ResultRow[], said: Said): void {
  const sum = (column: keyof ResultRow) =>
    results.reduce((total, row) => total + ((row[column] as number | null) ?? 0), 0);
  said('input_tokens', batch.input_tokens, sum('input_tokens'));
  said('cached_tokens', batch.cached_tokens, sum('cached_tokens'));
  said('output_tokens', batch.output_tokens, sum('output_tokens'));
  said('reasoning_tokens', batch.reasoning_tokens, sum('reasoning_tokens'));
  said('list_nano_usd', batch.list_nano_usd, sum('list_nano_usd'));
  said('paid_nano_usd', batch.paid_nano_usd, sum('paid_nano_usd'));
  const unpriced = results.filter((row) => row.input_tokens !== null && row.list_nano_usd === null);
  said('unpriced_count', batch.unpriced_count, unpriced.length);
}

/** A batch has ended when it is settled and nothing of it is being handed over; never before. */
function checkEnd(batch: BatchRow, said: Said): void {
  const rests = (endStates as readonly string[]).includes(batch.state);
  const isRestarted = batch.restart_requested_at !== null;
  const owesNothing = rests && batch.settled_at !== null && batch.delivering_count === 0 && !isRestarted;
  said('whether it has ended', batch.ended_at !== null, owesNothing);
  const word = handOverOf({ delivered: batch.delivered_count, deliveryFailed: batch.delivery_failed_count });
  said('hand_over', batch.hand_over, batch.state === 'done' ? word : null);
}

function checkRows(rows: readonly RequestDetail[], results: readonly ResultRow[], said: Said): void {
  const ended = new Set(rows.filter((row) => row.outcome !== null).map((row) => row.id));
  said('results of requests without an outcome', results.filter((r) => !ended.has(r.request_id)).length, 0);
  for (const row of rows) {
    const open = row.state === 'pending' || row.state === 'openai_processing';
    said(`whether request ${row.id} (${row.state}) has an outcome`, row.outcome !== null, !open);
    said(`whether request ${row.id} (${row.state}) is due`, row.due_at !== null, row.state === 'delivering');
    if (row.outcome !== null) said(`outcome_number of ${row.id} is positive`, row.outcome_number > 0, true);
    if (callOver.includes(row.state)) {
      const word = row.state === 'openai_processed' ? 'succeeded' : row.state;
      said(`outcome of ${row.id}`, row.outcome, word);
    }
  }
}

async function allRows(store: Store, batchId: number): Promise<RequestDetail[]> {
  const rows: RequestDetail[] = [];
  let cursor: number | null = null;
  do {
    const page: Awaited<ReturnType<Store['listRequests']>> = await store.listRequests({
      batchId,
      cursor,
      limit: 200,
    });
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}
