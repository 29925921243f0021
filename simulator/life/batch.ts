/** A batch as the simulator knows it, and as the API shows it. */
import { type Endpoint, windowS } from '../limits.ts';
import type { BatchEffect, BatchError } from '../scripts/rule.ts';

export const batchStatuses = [
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
] as const;

export type BatchStatus = (typeof batchStatuses)[number];

export interface Usage {
  input: number;
  cached: number;
  output: number;
  reasoning: number;
}

/** What running a batch left behind. */
export interface RunResult {
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly completed: number;
  readonly failed: number;
  readonly usage: Usage;
}

export interface Batch {
  readonly id: string;
  /** Counted from 0, in the order of creation. */
  readonly ordinal: number;
  readonly endpoint: Endpoint;
  readonly inputFileId: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Life of the result files in seconds. */
  readonly resultLifeS: number;
  /** Milliseconds of simulator time. */
  readonly createdAt: number;
  /** What the scripts have in store for it. */
  readonly effect: BatchEffect;
  status: BatchStatus;
  /** When it entered each state, milliseconds of simulator time. */
  readonly history: { status: BatchStatus; at: number }[];
  errors: readonly BatchError[] | null;
  model: string | null;
  /** Rows of a valid input file; 0 until validated. */
  total: number;
  /** Rows that were done when it was cancelled; null while nobody has. */
  doneAtCancel: number | null;
  /** Set as soon as its rows are run, once and for all. */
  running: Promise<RunResult> | null;
  result: RunResult | null;
}

const terminal: readonly BatchStatus[] = ['failed', 'completed', 'expired', 'cancelled'];

export function isTerminal(status: BatchStatus): boolean {
  return terminal.includes(status);
}

/** When the batch entered a state, or null. */
export function enteredAt(batch: Batch, status: BatchStatus): number | null {
  return batch.history.find((entry) => entry.status === status)?.at ?? null;
}

/**
 * The batch object of the API (real API, Sep 2026): times in Unix seconds, null until reached.
 *
 * @param doneNow rows done so far, while it runs
 */
export function showBatch(batch: Batch, doneNow: number): Record<string, unknown> {
  const { effect } = batch;
  const ended = isTerminal(batch.status);
  const result = ended ? batch.result : null;
  const at = (status: BatchStatus): number | null => {
    const ms = enteredAt(batch, status);
    return ms === null ? null : Math.floor(ms / 1000);
  };
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    model: batch.model,
    errors: batch.errors === null ? null : { object: 'list', data: batch.errors },
    input_file_id: batch.inputFileId,
    completion_window: '24h',
    status: effect.word?.insteadOf === batch.status ? effect.word.say : batch.status,
    output_file_id: result?.outputFileId ?? null,
    error_file_id:
      result?.errorFileId ?? (effect.emptyErrorFileId && batch.status === 'completed' ? '' : null),
    created_at: Math.floor(batch.createdAt / 1000),
    in_progress_at: at('in_progress'),
    expires_at: Math.floor(batch.createdAt / 1000) + windowS,
    finalizing_at: at('finalizing'),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    request_counts: showCounts(batch, doneNow),
    ...(effect.noUsage ? {} : { usage: showUsage(result?.usage) }),
    metadata: batch.metadata,
  };
}

function showCounts(batch: Batch, doneNow: number): Record<string, number> {
  const { total, result, effect } = batch;
  if (effect.counts === 'zero') return { total, completed: 0, failed: 0 };
  if (result === null) return { total, completed: doneNow, failed: 0 };
  if (effect.counts === 'all-completed') return { total, completed: total, failed: 0 };
  return { total, completed: result.completed, failed: result.failed };
}

function showUsage(usage: Usage | undefined): Record<string, unknown> {
  const { input, cached, output, reasoning } = usage ?? { input: 0, cached: 0, output: 0, reasoning: 0 };
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}
