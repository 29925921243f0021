/**
 * Asks how a batch is doing at the provider and follows its word. A word that we do not know is kept, shown and
 * followed; counts are progress for the eye and steer nothing.
 */
import { nextLookAt } from '../../../core/backoff.ts';
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import { isCapacity, isFunding, ProviderError } from '../../provider/errors.ts';
import type { RemoteBatch } from '../../provider/port.ts';
import type { BatchFacts } from '../../store/moves.ts';
import { holdForeign, moveHeld } from '../move-held.ts';
import { release } from '../release-held.ts';
import { sendAllRequests } from '../send-all-requests.ts';
import { cancelRemote } from './cancel-remote.ts';
import { failAtValidation } from './fail-at-validation.ts';
import { followVanished } from './follow-vanished.ts';
import { listOf } from './remote-list.ts';
import { sendAgain } from './send-again.ts';

export async function pollBatch(ctx: Context, held: Held): Promise<void> {
  const { batch } = held;
  if (batch.provider_credentials !== ctx.provider.credentials) return holdForeign(ctx, held);
  if (batch.advanced_at === null) {
    await sendAllRequests(ctx, held);
    const firstAt = firstLookAt(ctx, held);
    if (firstAt !== null) return release(ctx, held, { due_at: firstAt });
  }
  let remote = await lookAt(ctx, held);
  if (!remote) return followVanished(ctx, held);
  if (batch.cancel_requested_at !== null) remote = await cancelRemote(ctx, held, remote);
  reach('poll: answer seen, not recorded');
  await follow(ctx, held, remote);
}

/**
 * What the provider has answered to the creation is news enough: a question at once would cost one call for each batch,
 * or one walk of the list. Null: look now, since it was created a while ago, has begun already, or is to be cancelled.
 */
function firstLookAt({ clock, settings, random }: Context, { batch }: Held): number | null {
  const seenAt = batch.openai_checked_at;
  if (batch.openai_status !== 'validating' || seenAt === null) return null;
  if (batch.cancel_requested_at !== null || batch.condition !== null) return null;
  const lookAt = nextLookAt(seenAt, 0, settings.POLL_INTERVAL_MS, random());
  return lookAt > clock.now() ? lookAt : null;
}

/** Null when the provider does not know the batch. */
async function lookAt(ctx: Context, { batch, signal }: Held): Promise<RemoteBatch | null> {
  const id = batch.openai_batch_id ?? '';
  const isOrdinary = batch.condition === null && batch.cancel_requested_at === null;
  const listed = isOrdinary ? await listOf(ctx).find(id, batch.openai_checked_at ?? 0) : null;
  if (listed) return listed;
  try {
    return await ctx.provider.getBatch(id, signal);
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'not_found') return null;
    throw error;
  }
}

async function follow(ctx: Context, held: Held, remote: RemoteBatch): Promise<void> {
  const facts = factsOf(ctx, remote);
  switch (remote.status) {
    case 'completed':
      await moveHeld(ctx, held, 'complete', { facts, actor: 'provider' });
      return;
    case 'expired':
      await moveHeld(ctx, held, 'expire', { facts, actor: 'provider' });
      return;
    case 'cancelled':
      await moveHeld(ctx, held, 'cancel', {
        facts,
        actor: held.batch.cancel_requested_at === null ? 'provider' : 'operator',
        reason: held.batch.cancel_requested_at === null ? 'cancelled at the provider' : 'by order',
      });
      return;
    case 'failed':
      return followFailure(ctx, held, remote, facts);
    default:
      await keepFollowing(ctx, held, facts);
  }
}

/** "Failed" means that nothing ran. Want of room or money is "not now"; anything else is about the file. */
async function followFailure(
  ctx: Context,
  held: Held,
  remote: RemoteBatch,
  facts: BatchFacts,
): Promise<void> {
  const notNow = remote.errors.find(
    (error) => isCapacity(error.code, error.message) || isFunding(error.code),
  );
  if (notNow) {
    const cause = isFunding(notNow.code) ? 'funding' : 'capacity';
    return sendAgain(ctx, held, { cause, message: notNow.message, facts });
  }
  await failAtValidation(ctx, held, remote, facts);
}

async function keepFollowing(ctx: Context, held: Held, facts: BatchFacts): Promise<void> {
  const now = ctx.clock.now();
  const ageMs = now - held.batch.state_at;
  await proveOnce(ctx, held, facts);
  await release(ctx, held, {
    ...facts,
    tries: 0,
    last_error: null,
    waiting_reason: null,
    condition: null,
    condition_since: null,
    resubmit_requested_at: null,
    due_at: nextLookAt(now, ageMs, ctx.settings.POLL_INTERVAL_MS, ctx.random()),
  });
}

/** It has begun: OpenAI had room for it, and the account money. Who waited for that may look again. */
async function proveOnce(ctx: Context, { batch, leaseToken }: Held, facts: BatchFacts): Promise<void> {
  const hadBegun = batch.openai_status !== null && batch.openai_status !== 'validating';
  const { provider_credentials: credentials } = batch;
  if (hadBegun || facts.openai_status === 'validating' || credentials === null) return;
  const now = ctx.clock.now();
  if (!(await ctx.store.recordFacts({ batchId: batch.id, leaseToken, facts }))) return;
  await ctx.store.liftFunding({ credentials, now });
  await ctx.store.wakeFamily({ credentials, family: batch.model_family, now });
  ctx.wakeUps.wake('submit');
}

function factsOf(ctx: Context, remote: RemoteBatch): BatchFacts {
  const { total, completed, failed } = remote.counts;
  return {
    openai_status: remote.status,
    openai_checked_at: ctx.clock.now(),
    ...(total === null ? {} : { openai_total: total }),
    ...(completed === null ? {} : { openai_completed: completed }),
    ...(failed === null ? {} : { openai_failed: failed }),
    openai_output_file_id: remote.outputFileId,
    openai_error_file_id: remote.errorFileId,
    openai_errors: remote.errors.length > 0 ? JSON.stringify(remote.errors.slice(0, 1_000)) : null,
  };
}
