/**
 * Creates a batch at the provider, once.
 *
 * First it asks for room (admit-held.ts). Creating is not idempotent, so it is never blind: the intent is written down
 * first, the batch carries our tag, and while an intent has an unknown outcome nothing is created until we have looked
 * for the tag several times.
 */
import { pauseAfter, providerSchedule } from '../../../core/backoff.ts';
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import { ProviderError } from '../../provider/errors.ts';
import type { RemoteBatch } from '../../provider/port.ts';
import type { BatchFacts } from '../../store/moves.ts';
import { cancelHeld } from '../cancel-held.ts';
import { reportSecond } from '../cancel-second.ts';
import { failRefused } from '../fail-refused.ts';
import { holdForeign, moveHeld } from '../move-held.ts';
import { release } from '../release-held.ts';
import { tagKey, tagOf } from '../tag.ts';
import { turnHeldAway } from '../turn-away.ts';
import { admitHeld } from './admit-held.ts';
import { finishCutting } from './cut-held.ts';
import { findCreated } from './find-created.ts';

export async function submitBatch(ctx: Context, held: Held): Promise<void> {
  const { batch } = held;
  if (batch.openai_batch_id !== null) return followKnown(ctx, held);
  const isForeign = batch.provider_credentials !== ctx.provider.credentials;
  // What may run there already cannot be looked for here, and must not be created once more.
  if (batch.submit_intent_at !== null) {
    return isForeign ? holdForeign(ctx, held) : resolveIntent(ctx, held);
  }
  if (batch.cancel_requested_at !== null) return cancelHeld(ctx, held);
  if (isForeign) {
    await moveHeld(ctx, held, 'reupload', {
      actor: 'submit',
      reason: 'the input file belongs to other credentials',
      facts: { openai_input_file_id: null, provider_credentials: null },
    });
    return;
  }
  if (batch.openai_input_file_id === null) return finishCutting(ctx, held, 'the batch was cut');
  await createBatch(ctx, held);
}

/** Its id was recorded before a kill, or by a holder that had lost its lease. */
async function followKnown(ctx: Context, held: Held): Promise<void> {
  await moveHeld(ctx, held, 'submit', {
    facts: { ...submitted, reserved_at: held.batch.reserved_at ?? ctx.clock.now() },
    actor: 'submit',
    reason: 'its id was recorded before',
  });
}

/** What ends with the move, beside the wait. */
const submitted: BatchFacts = {
  submit_intent_at: null,
  submit_looks: 0,
  waiting_reason: null,
  advanced_at: null,
};

/** A creation whose end is not known: adopt what is found; create again only after the last look. */
async function resolveIntent(ctx: Context, held: Held): Promise<void> {
  const { batch } = held;
  const found = await findCreated(ctx, held);
  if (found) return adopt(ctx, held, found, 'found by its tag');
  const looks = ctx.settings.SUBMIT_LOOKS_MS;
  const nextLook = looks[batch.submit_looks + 1];
  const intentAt = batch.submit_intent_at ?? ctx.clock.now();
  if (nextLook !== undefined) {
    await release(ctx, held, { submit_looks: batch.submit_looks + 1, due_at: intentAt + nextLook });
    return;
  }
  const cleared: BatchFacts = { submit_intent_at: null, submit_looks: 0, reserved_at: null };
  await release(ctx, held, { ...cleared, due_at: ctx.clock.now() });
  ctx.wakeUps.wake('submit');
}

async function createBatch(ctx: Context, held: Held): Promise<void> {
  const batch = await admitHeld(ctx, held);
  if (!batch) return;
  let created: RemoteBatch;
  try {
    created = await ctx.provider.createBatch(
      {
        inputFileId: batch.openai_input_file_id ?? '',
        endpoint: batch.endpoint,
        metadata: { [tagKey]: tagOf(ctx, batch, batch.submit_attempt) },
      },
      held.signal,
    );
  } catch (error) {
    if (error instanceof ProviderError) return recordRefusal(ctx, { ...held, batch }, error);
    throw error;
  }
  reach('submit: batch created, not recorded');
  await adopt(ctx, { ...held, batch }, created, 'created');
}

/**
 * First the remote id, whatever the batch has become meanwhile; then the move. A kill in between leaves an id that is
 * followed.
 */
async function adopt(ctx: Context, held: Held, remote: RemoteBatch, reason: string): Promise<void> {
  const { batch, leaseToken } = held;
  const now = ctx.clock.now();
  const { credentials } = ctx.provider;
  const recorded = await ctx.store.recordCreated({ batch, leaseToken, remote, credentials, now });
  if (recorded.kind === 'second') return reportSecond(ctx, batch.id, remote, recorded.isNew);
  if (recorded.kind === 'taken_late') return ctx.wakeUps.wake('submit');
  reach('submit: id recorded, batch not moved');
  const moved = await moveHeld(ctx, held, 'submit', { facts: submitted, actor: 'submit', reason });
  if (moved) reach('submit: recorded, requests not marked as sent');
}

/** What a refusal means: nothing was created, or we cannot know. */
async function recordRefusal(ctx: Context, held: Held, error: ProviderError): Promise<void> {
  const { batch } = held;
  if (error.mayHaveActed) {
    const firstLook = ctx.settings.SUBMIT_LOOKS_MS[0] ?? 0;
    await release(ctx, held, {
      due_at: (batch.submit_intent_at ?? ctx.clock.now()) + firstLook,
      last_error: error.message,
      last_error_at: ctx.clock.now(),
    });
    ctx.wakeUps.wake('submit');
    return;
  }
  const cleared: BatchFacts = { submit_intent_at: null, submit_looks: 0, reserved_at: null };
  switch (error.kind) {
    case 'capacity':
    case 'funding':
      return turnHeldAway(ctx, held, {
        cause: error.kind,
        message: error.message,
        facts: cleared,
        actor: 'submit',
      });
    case 'not_found':
      return loseFile(ctx, held, error, cleared);
    case 'refused':
    case 'too_large':
    case 'conflict':
      return failRefused(ctx, held, error, 'submit', cleared);
    default: {
      await ctx.store.recordFacts({ batchId: batch.id, leaseToken: held.leaseToken, facts: cleared });
      throw error;
    }
  }
}

/** How often a file that is said to be missing is tried again before it is sent anew (field notes 1.7). */
const createTries = 3;

/** The provider does not find the file: a moment later it may; then the file is sent again, later each time. */
async function loseFile(ctx: Context, held: Held, error: ProviderError, cleared: BatchFacts): Promise<void> {
  const { batch, leaseToken } = held;
  if (batch.tries + 1 < createTries) {
    await ctx.store.recordFacts({ batchId: batch.id, leaseToken, facts: cleared });
    throw error;
  }
  const now = ctx.clock.now();
  const reuploads = batch.reuploads + 1;
  const pauseMs = pauseAfter(providerSchedule, reuploads, ctx.random()) / ctx.settings.RETRY_FASTER;
  await moveHeld(ctx, held, 'reupload', {
    actor: 'submit',
    reason: `the provider refuses the file, not its requests: ${error.message}`,
    facts: {
      ...cleared,
      openai_input_file_id: null,
      provider_credentials: null,
      reuploads,
      last_error: error.message,
      last_error_at: now,
      due_at: Math.round(now + pauseMs),
    },
  });
}
