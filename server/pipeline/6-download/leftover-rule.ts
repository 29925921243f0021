/** What becomes of requests without a result, by how their batch ended. */

import { type CallError, missingResult } from '../../../core/verdict.ts';
import type { RemoteBatchError } from '../../provider/port.ts';
import { batchFailedCode } from '../../store/batches/restart-batch.ts';
import type { BatchRow } from '../../store/rows.ts';

export interface LeftoverRule {
  readonly policy: 'retry' | 'end';
  readonly error: CallError;
}

export function leftoverRule(batch: BatchRow): LeftoverRule {
  switch (batch.state) {
    case 'expired':
      return {
        policy: 'retry',
        error: { code: 'batch_expired', message: 'The batch expired before this request was run.' },
      };
    case 'cancelled':
      return {
        policy: 'end',
        error: { code: 'batch_cancelled', message: 'The batch was cancelled before this request was run.' },
      };
    case 'failed':
      return { policy: 'end', error: { code: batchFailedCode, message: failureOf(batch) } };
    default:
      return { policy: 'retry', error: missingResult };
  }
}

/** The first thing the provider said, or what we noted ourselves. */
function failureOf(batch: BatchRow): string {
  const errors = batch.openai_errors === null ? [] : (JSON.parse(batch.openai_errors) as RemoteBatchError[]);
  const [first] = errors;
  if (!first) return `The batch failed${batch.last_error === null ? '.' : `: ${batch.last_error}`}`;
  return `The batch failed: ${first.code === null ? '' : `${first.code}: `}${first.message}`;
}
