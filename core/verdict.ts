/**
 * What one line of a result file means for its request. Judged by the row's own content, never by the file it
 * stands in nor by the batch's counts (API reference, sections 6 and 7).
 */
import type { Outcome } from './request.ts';

/** A line as parsed; every key may be missing or of another type. */
export interface ResultLine {
  readonly custom_id?: unknown;
  readonly response?: unknown;
  readonly error?: unknown;
}

export interface CallError {
  readonly code: string;
  readonly message: string;
}

/** How the call ended for now: answered, refused for good, or not run and worth another try. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly statusCode: number }
  | { readonly kind: 'failed'; readonly statusCode: number | null; readonly error: CallError }
  | { readonly kind: 'again'; readonly statusCode: number | null; readonly error: CallError };

/** Rows with these codes were never run (`request_timeout`: unverified, taken from another client). */
const neverRun = new Set(['batch_expired', 'batch_cancelled', 'request_timeout']);

/** Statuses that another try may cure; 0 is what the provider writes for a row that it lost. */
function isPassing(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** An error object, or, as some servers write it, a bare text. */
function readError(value: unknown): CallError | null {
  if (typeof value === 'string' && value !== '') return { code: 'unknown_error', message: value };
  const error = asObject(value);
  if (!error) return null;
  const code = error['code'] ?? error['type'];
  return {
    code: typeof code === 'string' && code !== '' ? code : 'unknown_error',
    message: typeof error['message'] === 'string' ? error['message'] : JSON.stringify(error),
  };
}

/** Judges one line. */
export function judge(line: ResultLine): Verdict {
  const rowError = readError(line.error);
  const response = asObject(line.response);
  const status = response?.['status_code'];
  const statusCode = typeof status === 'number' ? status : null;
  if (rowError && !response) {
    return neverRun.has(rowError.code) || costsNoTry(rowError.code)
      ? { kind: 'again', statusCode, error: rowError }
      : { kind: 'failed', statusCode, error: rowError };
  }
  const bodyError = readError(asObject(response?.['body'])?.['error']) ?? rowError;
  if (statusCode !== null && statusCode >= 200 && statusCode < 300 && !bodyError) {
    return { kind: 'succeeded', statusCode };
  }
  const error = bodyError ?? {
    code: statusCode === 0 || statusCode === null ? 'no_response' : `http_${statusCode}`,
    message:
      statusCode === null
        ? 'The provider returned no response for this request.'
        : `The provider answered this request with status ${statusCode} and no error.`,
  };
  const again = statusCode === null || isPassing(statusCode) || costsNoTry(error.code);
  return { kind: again ? 'again' : 'failed', statusCode, error };
}

/** Why a request has no result line of its own. */
export const missingResult: CallError = {
  code: 'missing_result',
  message: 'The provider finished the batch without a result for this request.',
};

/**
 * The outcome of a request that cannot be answered any more.
 *
 * @param error the last thing that happened to it
 */
export function outcomeOf(error: CallError): Exclude<Outcome, 'succeeded'> {
  if (error.code === 'batch_expired') return 'expired';
  if (error.code === 'batch_cancelled') return 'cancelled';
  return 'failed';
}

/** Whether a try that ended so is given back: want of money is the account's fault, never the request's. */
export function costsNoTry(code: string): boolean {
  return code === 'insufficient_quota' || code === 'billing_hard_limit_reached';
}

/** Whether a request that was sent `callTries` times may be sent once more. @param maxTries the setting as it is now */
export function mayTryAgain(callTries: number, maxTries: number): boolean {
  return callTries < maxTries;
}
