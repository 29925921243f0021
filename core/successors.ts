/**
 * How large successors may be, and when they may start. Pure: a rule for each way in which a batch can leave
 * requests behind that may still succeed.
 */
import { pauseAfter, type Schedule } from './backoff.ts';

/**
 * Why a batch failed.
 *
 * - `invalid_lines`: the provider refused it at validation and named lines; the other requests are sound
 * - `unexplained`: the provider refused it and named no line; no request is to blame
 * - `too_large`: the file is too large for the provider, or the batch for its queue: it is cut in two
 * - `refused`: the provider refused to take the file or to create the batch; a person has to look
 */
export const failures = ['invalid_lines', 'unexplained', 'too_large', 'refused'] as const;
export type Failure = (typeof failures)[number];

/** Rounds of "without the refused lines" before each further one halves the size (issue: five). */
export const wholeRounds = 5;
/** Expiries halve a batch no further than this. */
export const smallestAfterExpiry = 500;

const minute = 60_000;
/** Pauses after a refusal that names no line: nothing is known about what has to change. */
export const unexplainedSchedule: Schedule = [minute, 5 * minute, 15 * minute, 60 * minute];

/** What a batch leaves to its successors. */
export interface Predecessor {
  readonly state: 'downloading' | 'failed' | 'expired' | 'cancelled';
  readonly failure: Failure | null;
  /** How often in a row batches of these requests were refused at validation, this one included. */
  readonly refusals: number;
  readonly sentCount: number;
  readonly sizeBytes: number;
  /** Requests that it might hold, where an ancestor was cut. */
  readonly rowLimit: number | null;
}

export interface SuccessorPlan {
  /** Requests that one successor may hold. */
  readonly rows: number;
  /** Bytes after which the next successor is begun; null: rows alone count. */
  readonly bytes: number | null;
  /** What successors inherit as `row_limit`; null: none of their line was ever cut. */
  readonly rowLimit: number | null;
  /** Milliseconds that they wait before they start. */
  readonly pauseMs: number;
}

/** @param spread 0 to 1, where 0.5 leaves the pause as it is */
export function planSuccessors(from: Predecessor, maxRequests: number, spread = 0.5): SuccessorPlan {
  const held = Math.min(from.rowLimit ?? maxRequests, maxRequests);
  const whole = { rows: held, bytes: null, rowLimit: from.rowLimit, pauseMs: 0 };
  const halved = (floor: number) => {
    const rows = Math.min(held, Math.max(floor, Math.ceil(Math.min(held, from.sentCount) / 2)));
    return { ...whole, rows, rowLimit: rows };
  };
  if (from.state === 'expired') return halved(smallestAfterExpiry);
  if (from.state !== 'failed') return whole;
  switch (from.failure) {
    case 'too_large':
      return { ...whole, bytes: Math.ceil(from.sizeBytes / 2) };
    case 'invalid_lines':
      return from.refusals > wholeRounds ? halved(1) : whole;
    case 'unexplained':
      return {
        ...(from.refusals > wholeRounds ? halved(smallestAfterExpiry) : whole),
        pauseMs: pauseAfter(unexplainedSchedule, from.refusals, spread),
      };
    default:
      return whole;
  }
}
