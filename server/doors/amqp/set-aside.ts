/** What is done with a message that is no valid request: a dead letter with the reason, or a rejection. */
import type { ConsumeMessage } from 'amqplib';
import type { AppError } from '../../../core/errors.ts';
import type { Message } from '../../channels/rabbitmq/confirmed-channel.ts';
import type { Publisher } from '../../channels/rabbitmq/publisher.ts';
import type { Context } from '../../context.ts';

export interface SetAsideInput {
  readonly ctx: Context;
  readonly publisher: Publisher;
  readonly queue: string;
  readonly message: ConsumeMessage;
  readonly refusal: AppError;
}

/** Headers of a message may take 64 KiB in all; ours need little of it. */
const mostReasonLength = 1_000;

/**
 * A request whose custom_id is taken by another one counts as a duplicate where there is no queue for dead letters:
 * it is acknowledged (parity).
 *
 * @throws Error when the dead letter could not be handed over; the message must come back
 */
export async function setAside(input: SetAsideInput): Promise<'dead_lettered' | 'rejected' | 'conflict'> {
  const { ctx, publisher, queue, message, refusal } = input;
  const deadLetters = ctx.settings.RABBITMQ_DEAD_LETTER_QUEUE;
  const { code, message: why, pointer } = refusal;
  const end =
    deadLetters !== null ? 'dead_lettered' : code === 'duplicate_custom_id' ? 'conflict' : 'rejected';
  if (deadLetters !== null) {
    const letter = makeLetter(input, deadLetters);
    let sent = await publisher.publish(letter, confirmMs);
    // Its own headers may be what is wrong with it.
    if (sent.kind === 'unsendable') sent = await publisher.publish(withoutOwnHeaders(letter), confirmMs);
    if (sent.kind !== 'confirmed') {
      throw new Error(`A dead letter could not be handed over to ${deadLetters}: ${sent.kind}.`);
    }
  }
  ctx.log.warn({
    event: 'input_refused',
    queue,
    end,
    code,
    why,
    pointer,
    messageId: message.properties.messageId,
  });
  return end;
}

/** Dead letters are waited for as long. */
const confirmMs = 15_000;

function makeLetter({ queue, message, refusal, ctx }: SetAsideInput, deadLetters: string): Message {
  const { contentType, contentEncoding, correlationId, headers } = message.properties;
  return {
    exchange: '',
    routingKey: deadLetters,
    id: String(message.properties.messageId ?? `dead_${ctx.installationId}_${message.fields.deliveryTag}`),
    content: message.content,
    properties: {
      contentType,
      contentEncoding,
      correlationId,
      timestamp: Math.floor(ctx.clock.now() / 1_000),
      headers: { ...headers, ...reasonHeaders(queue, refusal) },
    },
  };
}

function reasonHeaders(queue: string, { code, message, pointer, more }: AppError): Record<string, string> {
  return {
    'x-batcher-queue': queue,
    'x-batcher-reason-code': code,
    'x-batcher-reason': message.slice(0, mostReasonLength),
    ...(pointer === undefined ? {} : { 'x-batcher-reason-pointer': pointer.slice(0, mostReasonLength) }),
    ...(more.length === 0 ? {} : { 'x-batcher-reasons-more': String(more.length) }),
  };
}

function withoutOwnHeaders(letter: Message): Message {
  const headers = Object.entries(letter.properties.headers as Record<string, unknown>);
  return {
    ...letter,
    properties: {
      ...letter.properties,
      headers: Object.fromEntries(headers.filter(([name]) => name.startsWith('x-batcher-'))),
    },
  };
}
