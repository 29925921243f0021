/**
 * What the console fetches beside the API: read models of its screens. Not part of the published API
 * (docs/decisions/0060). Times are ISO 8601, money is integer nano-dollars.
 */
import type { BatchState } from '../batch.ts';
import type { DriverName } from '../stages.ts';

export interface SessionView {
  /** Null: sign in first. */
  readonly actor: string | null;
  readonly role: 'operator' | 'reader' | null;
  /** False where anybody who reaches the service may do everything. */
  readonly signs_in: boolean;
  readonly version: string;
  readonly now: string;
  /** OpenAI's own console; null where another server stands in for OpenAI. */
  readonly openai_console: string | null;
}

export interface StageView {
  readonly state: BatchState;
  readonly batches: number;
  readonly requests: number;
  readonly oldest_at: string | null;
  /** Batches that came and left within the last hour. */
  readonly in_last_hour: number;
  readonly out_last_hour: number;
}

export interface HourView {
  readonly hour: string;
  readonly accepted: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly expired: number;
  readonly cancelled: number;
  readonly delivered: number;
  readonly delivery_failed: number;
}

/** Hours or days between a batch's first request and its last outcome; null where none ended. */
export interface TurnaroundView {
  readonly at: string;
  readonly batches: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
}

export interface MoneyView {
  readonly list_nano_usd: number;
  readonly paid_nano_usd: number;
  readonly answered: number;
  /** Answers whose model has no known price: in none of the sums. */
  readonly unpriced: number;
}

export interface DayMoneyView extends MoneyView {
  readonly day: string;
}

export interface AttentionView {
  readonly id: string;
  readonly kind: string;
  readonly message: string;
  /** Where to act, as an address of the console. */
  readonly to: string;
}

export const overviewRanges = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
export type OverviewRange = keyof typeof overviewRanges;

export interface OverviewView {
  readonly range: OverviewRange;
  readonly stages: readonly StageView[];
  readonly deliveries: {
    readonly delivering: number;
    readonly delivered: number;
    readonly delivery_failed: number;
  };
  /** Each bucket of the range, empty ones as well; the last one is still running. */
  readonly hours: readonly HourView[];
  readonly turnaround: readonly TurnaroundView[];
  readonly turnaround_all: TurnaroundView;
  readonly money: MoneyView;
  readonly money_days: readonly DayMoneyView[];
  readonly attention: readonly AttentionView[];
  readonly now: string;
}

export interface WorkView {
  readonly batch_id: number;
  readonly model: string;
  readonly endpoint: string;
  readonly state: BatchState;
  readonly state_at: string;
  readonly owner: string | null;
  readonly until: string | null;
  readonly tries: number;
  readonly last_error: string | null;
  readonly last_error_at: string | null;
  readonly next_try_at: string | null;
}

export interface ReplicaView {
  readonly name: string;
  readonly role: string;
  readonly version: string;
  readonly started_at: string;
  /** Its last sign of life. */
  readonly seen_at: string;
  /** The one that answers here. */
  readonly here: boolean;
  /** The one that sweeps for all: the oldest of those that work. */
  readonly leads: boolean;
}

export interface DriverView {
  readonly stage: DriverName | 'send';
  readonly does: string;
  readonly states: readonly BatchState[];
  readonly busy: number;
  readonly slots: number;
  /** Could be worked on now, and is not. */
  readonly due: number;
  readonly waiting: number;
  readonly oldest_at: string | null;
  /** On every replica, by an operator's order. */
  readonly paused_at: string | null;
  readonly paused_by: string | null;
}

export interface SweepView {
  readonly name: string;
  readonly does: string;
  readonly every_ms: number;
  readonly last_at: string | null;
  readonly last_ms: number | null;
  readonly next_at: string | null;
}

export interface ActivityView {
  readonly drivers: readonly DriverView[];
  readonly leases: readonly WorkView[];
  readonly troubled: readonly WorkView[];
  readonly sweeps: readonly SweepView[];
  readonly intake: { readonly paused: boolean; readonly disk_low: boolean };
  /** Oldest first. */
  readonly replicas: readonly ReplicaView[];
  readonly replica: string;
  readonly database: string;
  readonly now: string;
}

export interface ActionView {
  readonly id: number;
  readonly action: string;
  readonly subject: string;
  readonly actor: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly status: number | null;
  readonly message: string | null;
}

export interface ActionListView {
  readonly data: readonly ActionView[];
  readonly next_cursor: string | null;
}

export interface CostView extends MoneyView {
  readonly day?: string;
  readonly endpoint?: string;
  readonly model?: string;
  /** Empty for requests without one. */
  readonly tag?: string;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
}

export interface CostListView {
  readonly by: 'day' | 'model' | 'tag';
  readonly data: readonly CostView[];
  /** Dearest first; more than this many are left out. */
  readonly limit: number;
}

export interface RecordListView {
  readonly kind: string;
  readonly kinds: readonly string[];
  readonly data: readonly Readonly<Record<string, string | number | null>>[];
  readonly next_cursor: string | null;
}

export interface FoundView {
  /** The page of what was found; null when nothing has this name. */
  readonly to: string | null;
}

export interface ErrorCountView {
  readonly code: string;
  readonly message: string | null;
  readonly requests: number;
}

/** One live message: small ids and sums, at most one a second. */
export interface LiveMessage {
  /** Batches that moved; null: too many to name. */
  readonly batches: readonly number[] | null;
  readonly accepted: boolean;
  readonly outcomes: boolean;
  readonly hand_overs: boolean;
  readonly actions: boolean;
  /** Orders under way, as `POST /api/batches/12/cancel`. */
  readonly running: readonly string[];
}
