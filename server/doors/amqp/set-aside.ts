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
    const reasons = reasonHeaders(input);
    const letter = makeLetter(input, deadLetters, { ...ownHeaders(message), ...reasons });
    let sent = await publisher.publish(letter, confirmMs);
    // Its own headers may be what is wrong with it.
    if (sent.kind === 'unsendable') {
      sent = await publisher.publish(makeLetter(input, deadLetters, reasons), confirmMs);
    }
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

type Headers = Readonly<Record<string, unknown>>;

function makeLetter({ message, ctx }: SetAsideInput, deadLetters: string, headers: Headers): Message {
  const { contentType, contentEncoding, correlationId } = message.properties;
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
      headers,
    },
  };
}

/**
 * What RabbitMQ reads in a message or writes into it. With CC or BCC the letter would go to those queues as well, and the
 * input queue may be one of them; the others tell of the message's way, which is not the letter's.
 */
const brokersOwn =
  /^(CC|BCC|x-death|x-(first|last)-death-.*|x-delivery-count|x-acquired-count|x-received-from|x-stream-offset)$/;

function ownHeaders({ properties }: ConsumeMessage): Headers {
  const headers = Object.entries((properties.headers ?? {}) as Headers);
  return Object.fromEntries(headers.filter(([name]) => !brokersOwn.test(name)));
}

function reasonHeaders({ queue, refusal, message }: SetAsideInput): Headers {
  const { code, message: why, pointer, more } = refusal;
  const { CC, BCC } = (message.properties.headers ?? {}) as Headers;
  return {
    'x-batcher-queue': queue,
    'x-batcher-reason-code': code,
    'x-batcher-reason': cut(why),
    ...(pointer === undefined ? {} : { 'x-batcher-reason-pointer': cut(pointer) }),
    ...(more.length === 0 ? {} : { 'x-batcher-reasons-more': String(more.length) }),
    ...(CC === undefined ? {} : { 'x-batcher-original-cc': asText(CC) }),
    ...(BCC === undefined ? {} : { 'x-batcher-original-bcc': asText(BCC) }),
  };
}

/** A list of names on one line: as text it routes nothing. */
function asText(names: unknown): string {
  return cut(Array.isArray(names) ? names.join(', ') : String(names));
}

function cut(text: string): string {
  return text.slice(0, mostReasonLength);
}
