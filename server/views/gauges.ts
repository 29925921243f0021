/** The text of /metrics: counters as they stand, gauges of the store as they are now. */
import { batchStates } from '../../core/batch.ts';
import type { Context } from '../context.ts';

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
  metrics.usd.set({ kind: 'list' }, requests.listNanoUsd / 1e9);
  metrics.usd.set({ kind: 'paid' }, requests.paidNanoUsd / 1e9);
  return metrics.registry.metrics();
}
