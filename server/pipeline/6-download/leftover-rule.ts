/** What becomes of requests without a result, by how their batch ended. */

import { planSuccessors, type SuccessorPlan } from '../../../core/successors.ts';
import { type CallError, missingResult } from '../../../core/verdict.ts';
import type { Context } from '../../context.ts';
import type { RemoteBatchError } from '../../provider/port.ts';
import { batchFailedCode } from '../../store/batches/restart-batch.ts';
import type { BatchRow } from '../../store/rows.ts';

export interface LeftoverRule {
  readonly policy: 'retry' | 'survive' | 'end';
  readonly error: CallError;
}

const cancelled: CallError = {
  code: 'batch_cancelled',
  message: 'The batch was cancelled before this request was run.',
};

export function leftoverRule(batch: BatchRow): LeftoverRule {
  switch (batch.state) {
    case 'expired':
      if (batch.cancel_requested_at !== null) return { policy: 'end', error: cancelled };
      return {
        policy: 'retry',
        error: { code: 'batch_expired', message: 'The batch expired before this request was run.' },
      };
    case 'cancelled':
      return { policy: 'end', error: cancelled };
    case 'failed':
      return failedRule(batch);
    default:
      return { policy: 'retry', error: missingResult };
  }
}

/** Nothing of a failed batch was run. What is sound goes on by itself, unless nobody knows how. */
function failedRule(batch: BatchRow): LeftoverRule {
  if (batch.cancel_requested_at !== null) return { policy: 'end', error: cancelled };
  const said = failureOf(batch);
  switch (batch.failure) {
    case 'invalid_lines':
      return { policy: 'survive', error: { code: 'batch_refused', message: said } };
    case 'unexplained':
      return { policy: 'survive', error: { code: 'batch_refused', message: said } };
    case 'too_large':
      return batch.sent_count === 1
        ? { policy: 'end', error: { code: 'too_large', message: said } }
        : { policy: 'survive', error: { code: 'batch_cut', message: said } };
    default:
      return { policy: 'end', error: { code: batchFailedCode, message: said } };
  }
}

/** The first thing the provider said, or what we noted ourselves. */
function failureOf(batch: BatchRow): string {
  const errors = batch.openai_errors === null ? [] : (JSON.parse(batch.openai_errors) as RemoteBatchError[]);
  const [first] = errors;
  if (!first) return `The batch failed${batch.last_error === null ? '.' : `: ${batch.last_error}`}`;
  return `The batch failed: ${first.code === null ? '' : `${first.code}: `}${first.message}`;
}

/** How large the successors of a batch may be, and how long they wait. */
export function successorsOf(ctx: Pick<Context, 'settings' | 'random'>, batch: BatchRow): SuccessorPlan {
  const state = batch.state;
  if (state !== 'downloading' && state !== 'failed' && state !== 'expired' && state !== 'cancelled') {
    throw new Error(`batch ${batch.id} is ${state} and leaves nothing to a successor`);
  }
  const from = {
    state,
    failure: batch.failure,
    refusals: batch.refusals,
    sentCount: batch.sent_count ?? batch.request_count,
    sizeBytes: batch.size_bytes,
    rowLimit: batch.row_limit,
  };
  return planSuccessors(from, ctx.settings.BATCH_MAX_REQUESTS, ctx.random());
}
