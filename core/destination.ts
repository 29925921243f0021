/** A destination: where outcomes go. A webhook origin with a path prefix, if one was configured, or a broker target. */
import { deliverySchedule, type Schedule } from './backoff.ts';

export const destinationTypes = ['webhook', 'rabbitmq'] as const;
export type DestinationType = (typeof destinationTypes)[number];

/** How a destination is treated. */
export interface DeliveryPolicy {
  /** Pauses before each attempt; their number is the number of attempts. */
  readonly scheduleMs: Schedule;
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** Most messages in flight, for each process. */
  readonly concurrency: number;
  /** Most messages a second, or null. */
  readonly ratePerS: number | null;
}

/** What was set on a destination; null is the default. */
export interface PolicyRow {
  /** JSON text of a list of milliseconds. */
  readonly schedule_ms: string | null;
  readonly connect_timeout_ms: number | null;
  readonly answer_timeout_ms: number | null;
  readonly concurrency: number | null;
  readonly rate_per_s: number | null;
}

/** What holds where a destination says nothing. */
export type PolicyDefaults = Pick<DeliveryPolicy, 'connectTimeoutMs' | 'answerTimeoutMs' | 'concurrency'>;

export function policyOf(row: PolicyRow, defaults: PolicyDefaults): DeliveryPolicy {
  return {
    scheduleMs: row.schedule_ms === null ? deliverySchedule : (JSON.parse(row.schedule_ms) as number[]),
    connectTimeoutMs: row.connect_timeout_ms ?? defaults.connectTimeoutMs,
    answerTimeoutMs: row.answer_timeout_ms ?? defaults.answerTimeoutMs,
    concurrency: row.concurrency ?? defaults.concurrency,
    ratePerS: row.rate_per_s,
  };
}
