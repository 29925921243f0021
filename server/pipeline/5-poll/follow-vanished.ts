/**
 * A batch that the provider does not know any more (404). It is held as `vanished` and looked for by its tag; its
 * requests may have been run and paid, so they are sent again only when nothing more can come of it, or by order.
 */
import { vanishedForGoodMs } from '../../../core/batch.ts';
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import type { RemoteBatch } from '../../provider/port.ts';
import { firstPossibleAt } from '../first-possible.ts';
import { hold, moveHeld } from '../move-held.ts';
import { release } from '../release-held.ts';
import { tagKey, tagPrefix, worthless } from '../tag.ts';
import { returnAll } from './send-again.ts';

/** Batches looked at when one is searched for by its tag: a hundred pages. */
const mostLookedAt = 10_000;

export async function followVanished(ctx: Context, held: Held): Promise<void> {
  const { batch } = held;
  const now = ctx.clock.now();
  const isLost = isLostForGood(ctx, held);
  const isUnwanted = batch.cancel_requested_at !== null;
  if (batch.condition !== 'vanished' || isLost || isUnwanted) {
    const found = await findByTag(ctx, held);
    if (found) {
      await release(ctx, held, { openai_batch_id: found.id, openai_status: found.status, due_at: now });
      return;
    }
  }
  if (isUnwanted) {
    await moveHeld(ctx, held, 'cancel', { actor: 'operator', reason: 'by order; gone at OpenAI' });
    return;
  }
  if (isLost) return sendOnceMore(ctx, held);
  const message = `OpenAI does not know batch ${batch.openai_batch_id} any more (404).`;
  await hold(ctx, held, 'vanished', {
    waiting_reason: 'vanished',
    last_error: message,
    last_error_at: now,
    openai_checked_at: now,
    due_at: now + ctx.settings.POLL_INTERVAL_MS,
  });
}

/** By order, or when the window and an hour more are over. */
function isLostForGood(ctx: Context, { batch }: Held): boolean {
  if (batch.resubmit_requested_at !== null) return true;
  // By our clock alone: it was created before it entered this state.
  const age = ctx.clock.now() - batch.state_at;
  return batch.condition === 'vanished' && age > vanishedForGoodMs / ctx.settings.RETRY_FASTER;
}

/** Under its own id, where only single look-ups fail, or under another one with our tag. */
async function findByTag(ctx: Context, { batch, signal }: Held): Promise<RemoteBatch | null> {
  const horizon = firstPossibleAt(batch);
  const prefix = tagPrefix(ctx, batch);
  let looked = 0;
  for await (const remote of ctx.provider.listBatches(signal)) {
    looked += 1;
    if (remote.createdAt < horizon || looked > mostLookedAt) return null;
    if (remote.id === batch.openai_batch_id) continue;
    if (!remote.metadata[tagKey]?.startsWith(prefix) || worthless.has(remote.status)) continue;
    const { owed } = await ctx.store.knownRemotes({ batchIds: [], remoteIds: [remote.id] });
    if (owed.length === 0) return remote;
  }
  return null;
}

async function sendOnceMore(ctx: Context, held: Held): Promise<void> {
  await returnAll(ctx, held);
  const ordered = held.batch.resubmit_requested_at !== null;
  await moveHeld(ctx, held, 'resubmit', {
    actor: ordered ? 'operator' : 'poll',
    reason: `${held.batch.openai_batch_id} is gone at OpenAI${ordered ? '; by order' : ', and its window is over'}`,
    facts: {
      openai_batch_id: null,
      openai_created_at: null,
      openai_status: null,
      openai_input_file_id: null,
      advanced_at: null,
      waiting_reason: null,
    },
  });
}
