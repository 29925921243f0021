/**
 * A second live batch at the provider for one of ours costs money and brings nothing: it is cancelled, at once and by a
 * duty that is tried again until it has been.
 */
import type { Context } from '../context.ts';
import type { RemoteBatch } from '../provider/port.ts';
import { worthless } from './tag.ts';

export async function cancelSecond(ctx: Context, batchId: number, remote: RemoteBatch): Promise<void> {
  if (worthless.has(remote.status) || remote.status === 'completed' || remote.status === 'expired') return;
  const now = ctx.clock.now();
  const { credentials } = ctx.provider;
  const plan = { kind: 'batch', batchId, remoteIds: [remote.id], credentials, dueAt: now, now } as const;
  reportSecond(ctx, batchId, remote, (await ctx.store.planCleanup(plan)) > 0);
}

/** Counts one whose cancellation was planned, once. */
export function reportSecond(ctx: Context, batchId: number, remote: RemoteBatch, isNew: boolean): void {
  if (!isNew) return;
  ctx.log.error({ event: 'second_remote_batch', batch: batchId, remote: remote.id });
  ctx.metrics.secondRemoteBatches.inc();
  ctx.wakeUps.wake('upkeep');
}
