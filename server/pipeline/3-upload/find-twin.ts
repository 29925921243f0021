import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import type { RemoteBatch } from '../../provider/port.ts';
import { clockMarginMs } from '../first-possible.ts';
import { tagKey, tagPrefix, worthless } from '../tag.ts';

/**
 * The remote batch that was created for this one after a backup was taken, when the batch comes from that backup: a
 * batch that has an intent before it has a file (see start-after-restore.ts). Nothing is sent a second time.
 */
export async function findTwin(
  ctx: Context,
  { batch, signal }: Held,
): Promise<(RemoteBatch & { inputFileId: string }) | null> {
  if (batch.submit_intent_at === null) return null;
  const horizon = batch.submit_intent_at - clockMarginMs;
  const prefix = tagPrefix(ctx, batch);
  for await (const remote of ctx.provider.listBatches(signal)) {
    if (remote.createdAt < horizon) return null;
    const { inputFileId } = remote;
    if (inputFileId === null || worthless.has(remote.status)) continue;
    if (remote.metadata[tagKey]?.startsWith(prefix)) return { ...remote, inputFileId };
  }
  return null;
}
