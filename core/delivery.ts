/**
 * What a producer may ask for, and what an answer of a destination means.
 */
import { deliverySchedule, nextAttemptPause, type Schedule } from './backoff.ts';
import type { CallError } from './verdict.ts';

/** Where the outcome of a request goes, as the producer says it. */
export type DeliveryConfig =
  | { readonly type: 'webhook'; readonly webhook_url: string }
  | {
      readonly type: 'rabbitmq';
      readonly rabbitmq_queue?: string;
      readonly rabbitmq_exchange?: string;
      readonly rabbitmq_routing_key?: string;
      readonly rabbitmq_headers?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'none' };

/** How one delivery attempt ended. One word per cause, so that an operator need not read error texts. */
export const attemptOutcomes = [
  'success',
  'http_status_not_2xx',
  'redirect',
  'connect_timeout',
  'timeout',
  'connection_refused',
  'connection_error',
  'dns_error',
  'tls_error',
  'not_http',
  'too_slow',
  'body_too_large',
  'address_refused',
  'invalid_target',
  'queue_not_found',
  'exchange_not_found',
  'unroutable',
  'nacked',
  'broker_blocked',
  'channel_closed',
  'authorization_error',
  'rabbitmq_not_configured',
  'other',
] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** What happened at one attempt. */
export interface AttemptResult {
  readonly outcome: AttemptOutcome;
  /** HTTP status, where there was one. */
  readonly statusCode: number | null;
  readonly durationMs: number;
  readonly error: string | null;
  /** The beginning of the answer's body, at most `responseExcerptBytes`. */
  readonly responseExcerpt: string | null;
  /** Milliseconds the receiver asked us to wait, from `Retry-After`. */
  readonly retryAfterMs: number | null;
}

/** How much of a receiver's answer is kept with the attempt. */
export const responseExcerptBytes = 1_024;

/** A `Retry-After` is honoured between these bounds, in milliseconds. */
const retryAfterBoundsMs = { least: 1_000, most: 6 * 3_600_000 };

/** A 4xx says "your fault": a second try, then the end. These four are about time and load instead. */
const passing4xx = new Set([408, 409, 425, 429]);

/** What to do after an attempt. */
export type NextStep =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'again';
      readonly pauseMs: number;
      /** How much of it the receiver has asked for; 0: nothing. */
      readonly askedMs: number;
    }
  | { readonly kind: 'give_up'; readonly why: string };

/** How a destination is tried again. */
export interface RetryTerms {
  /** Pauses before each attempt. */
  readonly schedule?: Schedule;
  /** 0 to 1, spreads the pause. */
  readonly spread?: number;
  /** Divides the pauses of the schedule, never what a receiver has asked for. */
  readonly faster?: number;
}

/** Decides after the attempt number `tries` (1 for the first). */
export function afterAttempt(result: AttemptResult, tries: number, terms: RetryTerms = {}): NextStep {
  const { schedule = deliverySchedule, spread = 0.5, faster = 1 } = terms;
  const end = endAtOnce(result);
  if (end) return end;
  const status = result.statusCode ?? 0;
  if (status >= 400 && status < 500 && !passing4xx.has(status) && tries >= 2) {
    return { kind: 'give_up', why: `the receiver answered ${status} at attempt ${tries}` };
  }
  const pauseMs = nextAttemptPause(schedule, tries, spread);
  if (pauseMs === null) return { kind: 'give_up', why: `all ${schedule.length} attempts are used up` };
  return pauseAtLeast(Math.round(pauseMs / faster), result);
}

/** How long a message has been held back by an open breaker, and how long it may be, in milliseconds. */
export interface Holding {
  readonly heldMs: number;
  readonly mostHeldMs: number;
}

/**
 * Decides after a probe. One that failed uses up no attempt: its message waits with the others, behind them, but no
 * longer than they. What ends at once does so here as well.
 */
export function afterProbe(result: AttemptResult, { heldMs, mostHeldMs }: Holding): NextStep {
  const end = endAtOnce(result);
  if (end) return end;
  if (heldMs > mostHeldMs) return { kind: 'give_up', why: 'its destination has been broken for too long' };
  return pauseAtLeast(0, result);
}

/** Whatever the schedule says: it has arrived, or never will. */
function endAtOnce(result: AttemptResult): NextStep | null {
  if (result.outcome === 'success') return { kind: 'delivered' };
  if (result.statusCode === 410) return { kind: 'give_up', why: 'the receiver answered 410 Gone' };
  if (result.outcome === 'invalid_target') return { kind: 'give_up', why: 'the target cannot be used' };
  return null;
}

/** Not before the pause is over, nor before the time that the receiver asked for. */
function pauseAtLeast(pauseMs: number, { retryAfterMs }: AttemptResult): NextStep {
  const askedMs = boundRetryAfter(retryAfterMs);
  return { kind: 'again', pauseMs: Math.max(pauseMs, askedMs), askedMs };
}

function boundRetryAfter(retryAfterMs: number | null): number {
  if (retryAfterMs === null) return 0;
  return Math.min(Math.max(retryAfterMs, retryAfterBoundsMs.least), retryAfterBoundsMs.most);
}

/**
 * The id a receiver can discard repeats by: the same over attempts and redelivery, another one for a new
 * outcome after a restart, and different for every installation.
 */
export function deliveryId(installationId: string, requestId: number, outcomeNumber: number): string {
  return `out_${installationId}_${requestId}_${outcomeNumber}`;
}

/** What is delivered for an outcome that has no result line: one of the same shape. */
export function lineWithoutResult(customId: string, error: CallError): string {
  return JSON.stringify({ id: null, custom_id: customId, response: null, error });
}
