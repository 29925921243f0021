/** The text of /metrics: counters as they stand, gauges of the store as they are now. */
import { batchStates } from '../../core/batch.ts';
import type { Context } from '../context.ts';
import { capacityView } from './capacity-view.ts';

/** Sums over batch rows; requests are never counted one by one. */
export async function fillGauges(ctx: Context): Promise<string> {
  const { metrics, store, clock } = ctx;
  const [states, requests] = await Promise.all([store.countBatches(), store.countRequests()]);
  const now = clock.now();
  for (const state of batchStates) {
    const found = states.find((row) => row.state === state);
    metrics.batches.set({ state }, found?.batches ?? 0);
    metrics.batchRequests.set({ state }, found?.requests ?? 0);
    metrics.oldestSeconds.set({ state }, found ? Math.max(0, (now - found.oldestAt) / 1_000) : 0);
  }
  metrics.deliveries.set({ state: 'delivering' }, requests.delivering);
  metrics.deliveries.set({ state: 'delivered' }, requests.delivered);
  metrics.deliveries.set({ state: 'delivery_failed' }, requests.deliveryFailed);
  await fillCapacity(ctx);
  await fillOrphans(ctx);
  metrics.usd.set({ kind: 'list' }, requests.listNanoUsd / 1e9);
  metrics.usd.set({ kind: 'paid' }, requests.paidNanoUsd / 1e9);
  return metrics.registry.metrics();
}

async function fillCapacity(ctx: Context): Promise<void> {
  const { capacityTokens, capacityBatches, fundingBlocked } = ctx.metrics;
  const { families, funding } = await capacityView(ctx);
  capacityTokens.reset();
  capacityBatches.reset();
  for (const { family, ...shown } of families) {
    capacityTokens.set({ family, kind: 'cap' }, shown.cap);
    capacityTokens.set({ family, kind: 'usable' }, shown.usable);
    capacityTokens.set({ family, kind: 'reserved' }, shown.reserved);
    capacityTokens.set({ family, kind: 'waiting' }, shown.waiting_tokens);
    capacityBatches.set({ family, kind: 'reserved' }, shown.batches);
    capacityBatches.set({ family, kind: 'waiting' }, shown.waiting_batches);
  }
  fundingBlocked.set(funding.blocked ? 1 : 0);
}

async function fillOrphans({ metrics, store }: Context): Promise<void> {
  const counts = await store.countOrphans();
  for (const kind of ['batch', 'file'] as const) {
    metrics.orphans.set({ kind }, counts.find((count) => count.kind === kind)?.orphans ?? 0);
  }
}
