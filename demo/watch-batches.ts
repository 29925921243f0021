/** What the service says of its batches, summed up. */
export interface BatchSums {
  readonly batches: number;
  /** Batches that still owe something. */
  readonly unfinished: number;
  readonly sent: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly tokens: number;
  readonly listNanoUsd: number;
  readonly paidNanoUsd: number;
}

interface Batch {
  readonly id: string | number;
  readonly state: string;
  readonly sent_count: number;
  readonly succeeded_count: number;
  readonly failed_count: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly list_nano_usd: number;
  readonly paid_nano_usd: number;
}

export const noBatches: BatchSums = {
  batches: 0,
  unfinished: 0,
  sent: 0,
  succeeded: 0,
  failed: 0,
  tokens: 0,
  listNanoUsd: 0,
  paidNanoUsd: 0,
};

const beforeTheProvider = new Set(['building', 'uploading', 'uploaded', 'waiting_for_capacity']);
const ended = new Set(['done', 'failed', 'expired', 'cancelled']);

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
  return {
    batches: sums.batches + 1,
    unfinished: sums.unfinished + (ended.has(batch.state) ? 0 : 1),
    sent: sums.sent + (beforeTheProvider.has(batch.state) ? 0 : batch.sent_count),
    succeeded: sums.succeeded + batch.succeeded_count,
    failed: sums.failed + batch.failed_count,
    tokens: sums.tokens + batch.input_tokens + batch.output_tokens,
    listNanoUsd: sums.listNanoUsd + batch.list_nano_usd,
    paidNanoUsd: sums.paidNanoUsd + batch.paid_nano_usd,
  };
}
