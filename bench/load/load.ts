/** What the load programs are told, and what they answer. */
import type { Kind } from './make-request.ts';

export interface LoadInput {
  readonly url: string;
  readonly key: string;
  readonly connections: number;
  /** Answers before counting begins. */
  readonly warmUp: number;
  readonly count: number;
  readonly bodyBytes: number;
  readonly kinds: readonly Kind[];
  /** The first characters of every custom_id. */
  readonly prefix: string;
  readonly randomIds?: boolean;
  /** Sends at this pace whatever the answers do; left out: as fast as answers come. */
  readonly perSecond?: number;
}

export interface LoadResult {
  /** Of the counted answers. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** All that were sent, those of the warm-up included. */
  readonly sent: number;
  readonly accepted: number;
  /** Statuses other than 202, with how often. */
  readonly others: Readonly<Record<string, number>>;
}

export interface ReceiverInput {
  readonly answerAfterMs: number;
}

export interface Received {
  readonly requests: number;
  readonly distinct: number;
  /** Epoch milliseconds. */
  readonly firstAt: number;
  /** When the last new one came. */
  readonly lastAt: number;
}
