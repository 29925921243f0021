/** What somebody should be told about, read from the store as it is now. */
import type { Context } from '../../context.ts';

/** One thing that is wrong; the id is the same as long as it lasts. */
export interface Condition {
  /** For example `batch_failed:12`. */
  readonly id: string;
  readonly kind: 'batch_failed' | 'funding_blocked' | 'waiting_too_long' | 'disk_low';
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** A failed batch is news for a day; then it is history. */
const newsMs = 24 * 3_600_000;
/** Conditions of one kind that are told one by one. */
const mostOfAKind = 20;

export async function presentConditions(ctx: Context, diskLow: boolean): Promise<Condition[]> {
  const found = [...(await failedBatches(ctx)), ...(await waitingBatches(ctx)), ...(await agedStates(ctx))];
  if (diskLow) {
    found.push({
      id: 'disk_low',
      kind: 'disk_low',
      message: 'The disk is nearly full and intake answers 503. Free space, or lower the retention settings.',
    });
  }
  return found;
}

async function failedBatches({ store, clock }: Context): Promise<Condition[]> {
  const rows = await store.listBatches({ states: ['failed'], beforeId: null, limit: mostOfAKind });
  const since = clock.now() - newsMs;
  return rows
    .filter((row) => row.state_at >= since)
    .map((row) => ({
      id: `batch_failed:${row.id}`,
      kind: 'batch_failed',
      message: `Batch ${row.id} (${row.endpoint}, ${row.model}, ${row.request_count} requests) failed. See /api/batches/${row.id}.`,
    }));
}

/** The provider's words for "no money", wherever they were kept. */
const noMoney =
  /billing_hard_limit|insufficient_quota|billing hard limit|exceeded your current quota|funding/i;

async function waitingBatches({ store }: Context): Promise<Condition[]> {
  const rows = await store.listBatches({ states: ['waiting_for_capacity'], beforeId: null, limit: 1_000 });
  const blocked = rows.filter((row) => noMoney.test(row.waiting_reason ?? ''));
  if (blocked.length === 0) return [];
  return [
    {
      id: 'funding_blocked',
      kind: 'funding_blocked',
      message: `The provider refuses ${blocked.length} batches for want of money: ${blocked[0]?.waiting_reason}. They go on by themselves once the account is funded.`,
    },
  ];
}

/** States in which work waits for us or for the provider, and must not for long. */
const waitingStates = new Set([
  'uploading',
  'uploaded',
  'waiting_for_capacity',
  'openai_completed',
  'downloading',
  'ready_to_deliver',
]);

async function agedStates({ store, clock, settings }: Context): Promise<Condition[]> {
  const limit = clock.now() - settings.ALERT_WAITING_MS;
  return (await store.countBatches())
    .filter(({ state, oldestAt }) => waitingStates.has(state) && oldestAt < limit)
    .map(({ state, oldestAt }) => ({
      id: `waiting_too_long:${state}`,
      kind: 'waiting_too_long',
      message: `The oldest batch in ${state} has stood there since ${new Date(oldestAt).toISOString()}.`,
    }));
}
