/** Looks for a batch of ours at the provider whose creation has an unknown outcome. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import type { RemoteBatch } from '../../provider/port.ts';
import { cancelSecond } from '../cancel-second.ts';
import { firstPossibleAt } from '../first-possible.ts';
import { tagKey, tagOf, tagPrefix, worthless } from '../tag.ts';

/**
 * Walks the list newest first until it is older than the input file. A second live batch for the same file costs money
 * and brings nothing: it is cancelled at once. One that is owed its cancellation is not taken for ours again.
 */
export async function findCreated(ctx: Context, { batch, signal }: Held): Promise<RemoteBatch | null> {
  const horizon = firstPossibleAt(batch);
  const tag = tagOf(ctx, batch, batch.submit_attempt);
  const matches: RemoteBatch[] = [];
  for await (const remote of ctx.provider.listBatches(signal)) {
    if (remote.createdAt < horizon) break;
    const said = remote.metadata[tagKey];
    const ours = said?.startsWith(tagPrefix(ctx, batch)) ?? remote.inputFileId === batch.openai_input_file_id;
    if (said === tag || (ours && !worthless.has(remote.status))) matches.push(remote);
  }
  const remoteIds = matches.map(({ id }) => id);
  const { owed } = await ctx.store.knownRemotes({ batchIds: [], remoteIds });
  const [first, ...others] = matches
    .filter(({ id, inputFileId }) => inputFileId === batch.openai_input_file_id && !owed.includes(id))
    .sort(
      (a, b) =>
        Number(worthless.has(a.status)) - Number(worthless.has(b.status)) || a.createdAt - b.createdAt,
    );
  for (const other of others) await cancelSecond(ctx, batch.id, other);
  return first ?? null;
}
