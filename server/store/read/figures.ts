/** Sums for pictures over time. Everything here reads figures and batches; nothing reads requests. */
import type { BatchState } from '../../../core/batch.ts';
import { type CountedEvent, countedEvents } from '../figures/count-hour.ts';
import type { Tx } from '../tx.ts';

export type HourSums = { readonly hour: number } & { readonly [E in CountedEvent]: number };

const sums = countedEvents.map((event) => `cast(sum(${event}) as bigint) as ${event}`).join(', ');

/** One row for each hour in which anything happened. By primary key. */
export async function sumHours(
  tx: Tx,
  input: { readonly from: number; readonly to: number },
): Promise<HourSums[]> {
  return tx.all<HourSums>(
    `select hour, ${sums} from hour_counts where hour >= ? and hour < ? group by hour order by hour`,
    input.from,
    input.to,
  );
}

export interface CostRow {
  readonly day: number;
  readonly endpoint: string;
  readonly model: string;
  /** Empty where requests had none. */
  readonly tag: string;
  readonly answered: number;
  readonly unpriced: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly list_nano_usd: number;
  readonly paid_nano_usd: number;
}

const costSums = [
  'answered',
  'unpriced',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'list_nano_usd',
  'paid_nano_usd',
]
  .map((column) => `cast(sum(c.${column}) as bigint) as ${column}`)
  .join(', ');

const costGroups = {
  day: 'c.day',
  model: 'k.endpoint, k.model',
  tag: 'c.tag',
} as const;

/** By day: oldest first. By model or tag: dearest first. */
export async function sumCosts(
  tx: Tx,
  input: {
    readonly by: keyof typeof costGroups;
    readonly from: number;
    readonly to: number;
    readonly limit: number;
  },
): Promise<Partial<CostRow>[]> {
  const group = costGroups[input.by];
  return tx.all<Partial<CostRow>>(
    `select ${group}, ${costSums} from day_costs c join batch_keys k on k.id = c.batch_key_id
     where c.day >= ? and c.day < ? group by ${group}
     order by ${input.by === 'day' ? 'c.day' : `paid_nano_usd desc, ${group}`} limit ?`,
    input.from,
    input.to,
    input.limit,
  );
}

export interface Flow {
  readonly from_state: BatchState | null;
  readonly to_state: BatchState;
  readonly batches: number;
  readonly requests: number;
}

/** How batches have moved since a time. Index: transitions_by_time. */
export async function sumFlow(tx: Tx, input: { readonly since: number }): Promise<Flow[]> {
  return tx.all<Flow>(
    `select t.from_state, t.to_state, count(*) as batches, cast(sum(b.request_count) as bigint) as requests
     from transitions t join batches b on b.id = t.batch_id
     where t.at >= ? group by t.from_state, t.to_state`,
    input.since,
  );
}

export interface Turnaround {
  readonly settled_at: number;
  readonly created_at: number;
}

/** Newest first: batches whose outcomes are all there. Index: batches_settled. */
export async function listTurnarounds(
  tx: Tx,
  input: { readonly from: number; readonly limit: number },
): Promise<Turnaround[]> {
  return tx.all<Turnaround>(
    `select settled_at, created_at from batches
     where settled_at >= ? and state <> 'cancelled' order by settled_at desc limit ?`,
    input.from,
    input.limit,
  );
}
