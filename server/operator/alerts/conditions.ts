/** What somebody should be told about, read from the store as it is now. */
import { batchConditions } from '../../../core/batch.ts';
import type { Context } from '../../context.ts';

/** One thing that is wrong; the id is the same as long as it lasts. */
export interface Condition {
  /** For example `batch_failed:12`. */
  readonly id: string;
  readonly kind:
    | 'batch_failed'
    | 'batch_vanished'
    | 'foreign_credentials'
    | 'funding_blocked'
    | 'waiting_too_long'
    | 'destination_failing'
    | 'orphans'
    | 'disk_low';
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** A failed batch is news for a day; then it is history. */
const newsMs = 24 * 3_600_000;
/** Conditions of one kind that are told one by one. */
const mostOfAKind = 20;
const mostHeld = 1_000;

export async function presentConditions(ctx: Context, diskLow: boolean): Promise<Condition[]> {
  const found = [
    ...(await failedBatches(ctx)),
    ...(await heldBatches(ctx)),
    ...(await blockedFunding(ctx)),
    ...(await agedStates(ctx)),
    ...(await brokenDestinations(ctx)),
    ...(await orphansLeft(ctx)),
  ];
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
  const rows = await store.listBatches({ states: ['failed'], cursor: null, limit: mostOfAKind });
  const since = clock.now() - newsMs;
  return rows
    .filter((row) => row.state_at >= since)
    .map((row) => ({
      id: `batch_failed:${row.id}`,
      kind: 'batch_failed',
      message: `Batch ${row.id} (${row.endpoint}, ${row.model}, ${row.request_count} requests) failed. See /api/batches/${row.id}.`,
    }));
}

async function heldBatches({ store }: Context): Promise<Condition[]> {
  const rows = await store.listConditions({ conditions: batchConditions, limit: mostHeld });
  const foreign = rows.filter((row) => row.condition === 'foreign_credentials');
  const vanished = rows.filter((row) => row.condition === 'vanished').slice(0, mostOfAKind);
  const found: Condition[] = vanished.map((row) => ({
    id: `batch_vanished:${row.id}`,
    kind: 'batch_vanished',
    message:
      `OpenAI does not know batch ${row.id} (${row.openai_batch_id}) any more. It is sent again when its window and ` +
      `an hour are over, or by POST /api/batches/${row.id}/resubmit; what it cost there would be paid twice.`,
  }));
  if (foreign.length > 0) {
    found.push({
      id: 'foreign_credentials',
      kind: 'foreign_credentials',
      message:
        `${foreign.length} batches belong to another key, project or address, batch ${foreign[0]?.id} first. ` +
        'They go on when it is set again.',
    });
  }
  return found;
}

async function brokenDestinations({ store, settings }: Context): Promise<Condition[]> {
  const days = Math.round(settings.DELIVERY_HELD_MS / 86_400_000);
  return (await store.listBroken({ limit: mostOfAKind })).map((row) => ({
    id: `destination_failing:${row.id}`,
    kind: 'destination_failing',
    message:
      `Destination ${row.id} (${row.address}) has failed since ` +
      `${new Date(row.failing_since ?? row.breaker_opened_at ?? 0).toISOString()}, last with ` +
      `${row.last_failure ?? 'no answer'}. Nothing is lost and nothing but probes is sent; what has waited for ` +
      `${days} days ends as delivery_failed. See /api/destinations/${row.id}.`,
  }));
}

/** One condition for all of them: it lasts until the last is gone or ordered to go. */
async function orphansLeft({ store }: Context): Promise<Condition[]> {
  const left = (await store.countOrphans()).filter(({ unordered }) => unordered > 0);
  if (left.length === 0) return [];
  const count = (kind: string) => left.find((one) => one.kind === kind)?.unordered ?? 0;
  return [
    {
      id: 'orphans',
      kind: 'orphans',
      message:
        `At OpenAI carry our tag and belong to nothing here: running batches ${count('batch')}, input files ` +
        `${count('file')}. Batches cost money. See /api/orphans; remove them one by one by DELETE ` +
        '/api/orphans/ID, all by the command "orphans --remove", or always by ORPHANS=remove.',
    },
  ];
}

async function blockedFunding({ store, provider }: Context): Promise<Condition[]> {
  const { holds, sums } = await store.readCapacity({ credentials: provider.credentials });
  const waiting = sums.reduce((count, family) => count + family.waiting, 0);
  return holds.map((hold) => ({
    id: 'funding_blocked',
    kind: 'funding_blocked',
    message:
      `Funding blocked since ${new Date(hold.since).toISOString()}: OpenAI refuses work for want of money ` +
      `("${hold.message}"). ${waiting} batches wait. Fund the account or raise its limit; they go on by themselves, ` +
      `the next probe at ${new Date(hold.next_probe_at).toISOString()}.`,
  }));
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
