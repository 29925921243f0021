/**
 * OpenAI's webhooks are hints: a good one makes its batch due now, and polling finds out what became of it. Whoever
 * has not signed it, or sends it late or again, changes nothing.
 */
import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import { keyOf, sign } from '../channels/signature.ts';
import type { Context } from '../context.ts';

/** Seconds by which the sender's clock may differ, as in the official client. */
const toleranceS = 300;
const longestId = 256;

export interface SignedEvent {
  readonly id: string | undefined;
  /** Unix seconds. */
  readonly timestamp: string | undefined;
  /** One or more `v1,<base64>`, separated by spaces. */
  readonly signature: string | undefined;
  readonly content: Buffer;
}

export type EventResult = 'due' | 'repeated' | 'unknown_batch' | 'ignored';

/** @throws AppError `not_found` without a secret, `unauthorized` when forged or old, `malformed_json` */
export async function takeEvent(ctx: Context, event: SignedEvent): Promise<EventResult> {
  const count = (result: string) => ctx.metrics.openaiWebhooks.inc({ result });
  const secret = ctx.settings.OPENAI_WEBHOOK_SECRET;
  if (secret === null) {
    throw new AppError(
      'not_found',
      'OPENAI_WEBHOOK_SECRET is not set, so nothing sent here can be believed.',
    );
  }
  const why = findForgery(secret, event, ctx.clock.now());
  if (why !== null) {
    count(why);
    throw new AppError(
      'unauthorized',
      why === 'old'
        ? 'The webhook-timestamp is more than five minutes away.'
        : 'The signature is not one of OPENAI_WEBHOOK_SECRET.',
    );
  }
  const openaiBatchId = readBatchId(event.content);
  if (openaiBatchId === null) {
    count('ignored');
    return 'ignored';
  }
  const webhookId = event.id ?? '';
  const effect = await ctx.store.takeOpenAIEvent({ webhookId, openaiBatchId, now: ctx.clock.now() });
  count(effect);
  if (effect === 'due') ctx.wakeUps.wake('poll');
  return effect;
}

function findForgery(secret: string, event: SignedEvent, now: number): 'forged' | 'old' | null {
  const { id, timestamp, signature, content } = event;
  if (!id || id.length > longestId || !signature || !/^\d{1,12}$/.test(timestamp ?? '')) return 'forged';
  const expected = Buffer.from(sign(keyOf(secret), id, Number(timestamp), content));
  const isSigned = signature.split(' ').some((one) => {
    const given = Buffer.from(one);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isSigned) return 'forged';
  return Math.abs(now / 1_000 - Number(timestamp)) > toleranceS ? 'old' : null;
}

/** Null for an event that is about no batch. @throws AppError `malformed_json` */
function readBatchId(content: Buffer): string | null {
  let event: { type?: unknown; data?: { id?: unknown } | null } | null;
  try {
    event = JSON.parse(content.toString('utf8'));
  } catch (cause) {
    throw new AppError('malformed_json', 'The event is not valid JSON.', { cause });
  }
  const id = event?.data?.id;
  const isAboutBatch = typeof event?.type === 'string' && event.type.startsWith('batch.');
  return isAboutBatch && typeof id === 'string' && id.length <= longestId ? id : null;
}
