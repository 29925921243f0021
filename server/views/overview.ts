/** The overview: is the line flowing, what needs somebody, what did it save. Sums over batches and figures only. */
import { batchStates } from '../../core/batch.ts';
import {
  type AttentionView,
  type DayMoneyView,
  type HourView,
  type MoneyView,
  type OverviewRange,
  type OverviewView,
  overviewRanges,
  type StageView,
} from '../../core/contract/console.ts';
import { percentile } from '../../core/percentile.ts';
import type { Context } from '../context.ts';
import { dayMs, hourMs } from '../store/figures/count-hour.ts';
import type { CostRow, Flow, HourSums, Turnaround } from '../store/read/figures.ts';
import { isoTime } from './times.ts';

/** Newest batches by which turnaround is judged. */
const mostTurnarounds = 20_000;

/** What somebody should look at; the id is `kind:what`. */
export interface Condition {
  readonly id: string;
  readonly kind: string;
  readonly message: string;
}

export async function overview(
  ctx: Context,
  range: OverviewRange,
  conditions: readonly Condition[],
): Promise<OverviewView> {
  const { store, clock } = ctx;
  const now = clock.now();
  const bucketMs = range === '24h' ? hourMs : dayMs;
  const last = Math.floor(now / bucketMs) * bucketMs;
  const from = last + bucketMs - overviewRanges[range] * hourMs;
  const days = { from: Math.floor(from / dayMs) * dayMs, to: now + 1, limit: 400 };
  const [states, flow, totals, hours, turnarounds, costs] = await Promise.all([
    store.countBatches(),
    store.sumFlow({ since: now - hourMs }),
    store.countRequests(),
    store.sumHours({ from, to: now + 1 }),
    store.listTurnarounds({ from, limit: mostTurnarounds }),
    store.sumCosts({ by: 'day', ...days }),
  ]);
  const starts = Array.from({ length: (last - from) / bucketMs + 1 }, (_, index) => from + index * bucketMs);
  return {
    range,
    stages: stageViews(states, flow),
    deliveries: {
      delivering: totals.delivering,
      delivered: totals.delivered,
      delivery_failed: totals.deliveryFailed,
    },
    hours: starts.map((start) => bucketView(hours, start, bucketMs)),
    turnaround: starts.map((start) =>
      turnaroundView(
        turnarounds.filter(({ settled_at: at }) => at >= start && at < start + bucketMs),
        start,
      ),
    ),
    turnaround_all: turnaroundView(turnarounds, from),
    money: sumMoney(costs),
    money_days: costs.map((row) => ({ day: isoTime(row.day ?? 0), ...moneyOf(row) })) as DayMoneyView[],
    attention: attentionOf(conditions),
    now: isoTime(now),
  };
}

type Counted = Awaited<ReturnType<Context['store']['countBatches']>>;

function stageViews(states: Counted, flow: readonly Flow[]): StageView[] {
  const sum = (rows: readonly Flow[]) => rows.reduce((total, row) => total + row.batches, 0);
  return batchStates.map((state) => {
    const row = states.find((one) => one.state === state);
    return {
      state,
      batches: row?.batches ?? 0,
      requests: row?.requests ?? 0,
      oldest_at: row ? isoTime(row.oldestAt) : null,
      in_last_hour: sum(flow.filter((one) => one.to_state === state)),
      out_last_hour: sum(flow.filter((one) => one.from_state === state)),
    };
  });
}

function bucketView(hours: readonly HourSums[], start: number, bucketMs: number): HourView {
  const inside = hours.filter(({ hour }) => hour >= start && hour < start + bucketMs);
  const sum = (name: Exclude<keyof HourSums, 'hour'>) => inside.reduce((total, row) => total + row[name], 0);
  return {
    hour: isoTime(start),
    accepted: sum('accepted'),
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    expired: sum('expired'),
    cancelled: sum('cancelled'),
    delivered: sum('delivered'),
    delivery_failed: sum('delivery_failed'),
  };
}

function turnaroundView(rows: readonly Turnaround[], start: number) {
  const took = rows.map((row) => row.settled_at - row.created_at).sort((a, b) => a - b);
  return {
    at: isoTime(start),
    batches: rows.length,
    p50_ms: percentile(took, 0.5),
    p95_ms: percentile(took, 0.95),
  };
}

export function moneyOf(row: Partial<CostRow>): MoneyView {
  return {
    list_nano_usd: row.list_nano_usd ?? 0,
    paid_nano_usd: row.paid_nano_usd ?? 0,
    answered: row.answered ?? 0,
    unpriced: row.unpriced ?? 0,
  };
}

function sumMoney(rows: readonly Partial<CostRow>[]): MoneyView {
  const sum = (name: 'list_nano_usd' | 'paid_nano_usd' | 'answered' | 'unpriced') =>
    rows.reduce((total, row) => total + (row[name] ?? 0), 0);
  return moneyOf({
    list_nano_usd: sum('list_nano_usd'),
    paid_nano_usd: sum('paid_nano_usd'),
    answered: sum('answered'),
    unpriced: sum('unpriced'),
  });
}

/** Worst first; each with the page where one can act. */
function attentionOf(conditions: readonly Condition[]): AttentionView[] {
  const rank = ['disk_low', 'funding_blocked', 'batch_failed'];
  const place = (kind: string) => (rank.indexOf(kind) + rank.length + 1) % (rank.length + 1);
  return conditions
    .toSorted((a, b) => place(a.kind) - place(b.kind))
    .map(({ id, kind, message }) => ({ id, kind, message, to: pageOf(id) }));
}

/** Conditions are named `kind:what`. */
function pageOf(id: string): string {
  const [kind, what = ''] = id.split(':');
  if (kind?.startsWith('batch_')) return `/batches/${what}`;
  if (kind === 'waiting_too_long') return `/batches?state=${what}`;
  if (kind === 'funding_blocked') return '/batches?state=waiting_for_capacity';
  return kind?.startsWith('destination') || kind?.startsWith('breaker')
    ? `/destinations/${what}`
    : '/activity';
}
