/** A second live batch at the provider for one of ours costs money and brings nothing: it is cancelled at once. */
import type { Context } from '../context.ts';
import type { RemoteBatch } from '../provider/port.ts';
import { worthless } from './tag.ts';

export async function cancelSecond(ctx: Context, batchId: number, remote: RemoteBatch): Promise<void> {
  if (worthless.has(remote.status) || remote.status === 'completed' || remote.status === 'expired') return;
  ctx.log.error({ event: 'second_remote_batch', batch: batchId, remote: remote.id });
  ctx.metrics.secondRemoteBatches.inc();
  await ctx.provider.cancelBatch(remote.id).catch((error) => {
    ctx.log.error({ event: 'second_remote_batch_not_cancelled', remote: remote.id, err: error });
  });
}
