/** Looks for a batch of ours at the provider whose creation has an unknown outcome. */
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import type { RemoteBatch } from '../../provider/port.ts';
import { cancelSecond } from '../cancel-second.ts';
import { tagKey, tagOf, tagPrefix, worthless } from '../tag.ts';

/** Our clock and the provider's may differ by this much. */
const clockMarginMs = 10 * 60_000;

/**
 * Walks the list newest first until it is older than the intent. A second live batch for the same file costs
 * money and brings nothing: it is cancelled at once.
 */
export async function findCreated(ctx: Context, { batch, signal }: Held): Promise<RemoteBatch | null> {
  const horizon = (batch.submit_intent_at ?? ctx.clock.now()) - clockMarginMs;
  const tag = tagOf(ctx, batch, batch.submit_attempt);
  const matches: RemoteBatch[] = [];
  for await (const remote of ctx.provider.listBatches(signal)) {
    if (remote.createdAt < horizon) break;
    const said = remote.metadata[tagKey];
    const ours = said?.startsWith(tagPrefix(ctx, batch)) ?? remote.inputFileId === batch.openai_input_file_id;
    if (said === tag || (ours && !worthless.has(remote.status))) matches.push(remote);
  }
  const [first, ...others] = matches
    .filter((remote) => remote.inputFileId === batch.openai_input_file_id)
    .sort(
      (a, b) =>
        Number(worthless.has(a.status)) - Number(worthless.has(b.status)) || a.createdAt - b.createdAt,
    );
  for (const other of others) await cancelSecond(ctx, batch.id, other);
  return first ?? null;
}
