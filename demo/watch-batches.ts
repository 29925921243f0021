/** What the service says of its batches, summed up. */
export interface BatchSums {
  readonly batches: number;
  /** Batches that still owe something. */
  readonly unfinished: number;
  readonly sent: number;
  /** Requests that have an outcome, good or bad. */
  readonly answered: number;
  readonly tokens: number;
  readonly listNanoUsd: number;
  readonly paidNanoUsd: number;
}

interface Batch {
  readonly id: string | number;
  readonly state: string;
  readonly sent_count: number | null;
  readonly succeeded_count: number;
  readonly failed_count: number;
  readonly expired_count: number;
  readonly cancelled_count: number;
  readonly ended_at: string | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly list_nano_usd: number;
  readonly paid_nano_usd: number;
}

export const noBatches: BatchSums = {
  batches: 0,
  unfinished: 0,
  sent: 0,
  answered: 0,
  tokens: 0,
  listNanoUsd: 0,
  paidNanoUsd: 0,
};

const beforeTheProvider = new Set(['building', 'uploading', 'uploaded', 'waiting_for_capacity']);

/** Reads every page of the service's list of batches. */
export async function readBatches(service: string, signal?: AbortSignal): Promise<BatchSums> {
  let sums = noBatches;
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await fetch(`${service}/api/batches?limit=100${query}`, { signal: signal ?? null });
    if (!response.ok) throw new Error(`GET /api/batches: ${response.status} ${await response.text()}`);
    const page = (await response.json()) as { data: Batch[]; next_cursor: string | null };
    sums = page.data.reduce(addBatch, sums);
    cursor = page.next_cursor;
  } while (cursor);
  return sums;
}

function addBatch(sums: BatchSums, batch: Batch): BatchSums {
  const answered = batch.succeeded_count + batch.failed_count + batch.expired_count + batch.cancelled_count;
  return {
    batches: sums.batches + 1,
    unfinished: sums.unfinished + (batch.ended_at === null ? 1 : 0),
    sent: sums.sent + (beforeTheProvider.has(batch.state) ? 0 : (batch.sent_count ?? 0)),
    answered: sums.answered + answered,
    tokens: sums.tokens + batch.input_tokens + batch.output_tokens,
    listNanoUsd: sums.listNanoUsd + batch.list_nano_usd,
    paidNanoUsd: sums.paidNanoUsd + batch.paid_nano_usd,
  };
}
