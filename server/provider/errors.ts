/** Which failure is which. */

/**
 * - `auth`: the key is refused (401, 403)
 * - `not_found`: the thing is not there (404)
 * - `conflict`: the thing is in another state (409)
 * - `too_large`: the file is above the provider's limit (413, or 400 in words)
 * - `capacity`: not now, for want of queue room
 * - `funding`: not now, for want of money
 * - `rate_limited`: slower (429)
 * - `refused`: never in this form (other 4xx)
 * - `unavailable`: the provider has trouble (5xx); it may have acted
 * - `unreachable`: no connection was made, so nothing happened
 * - `unknown_outcome`: the answer never came; it may have acted
 */
export type ProviderErrorKind =
  | 'auth'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'capacity'
  | 'funding'
  | 'rate_limited'
  | 'refused'
  | 'unavailable'
  | 'unreachable'
  | 'unknown_outcome';

export class ProviderError extends Error {
  readonly kind: ProviderErrorKind;
  readonly status: number | null;
  readonly code: string | null;
  /** From `Retry-After`. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: ProviderErrorKind,
    message: string,
    facts: {
      status?: number | null;
      code?: string | null;
      retryAfterMs?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: facts.cause });
    this.name = 'ProviderError';
    this.kind = kind;
    this.status = facts.status ?? null;
    this.code = facts.code ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }

  /** Whether the provider may have done what was asked although it did not say so. */
  get mayHaveActed(): boolean {
    return this.kind === 'unavailable' || this.kind === 'unknown_outcome';
  }
}

/** Codes that mean "no room in the queue"; the text as fallback, since wording outlives codes or the reverse. */
export function isCapacity(code: string | null, message: string): boolean {
  return code === 'token_limit_exceeded' || /enqueued (token|request) limit/i.test(message);
}

/** Codes that mean "no money". */
export function isFunding(code: string | null): boolean {
  return code === 'billing_hard_limit_reached' || code === 'insufficient_quota';
}

/** Sorts an HTTP error. */
export function kindOfStatus(status: number, code: string | null, message: string): ProviderErrorKind {
  if (isCapacity(code, message)) return 'capacity';
  if (isFunding(code)) return 'funding';
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 413 || /file is (too large|larger than)/i.test(message)) return 'too_large';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status >= 500) return 'unavailable';
  return 'refused';
}
