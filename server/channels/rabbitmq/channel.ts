/** Deliveries to RabbitMQ: one persistent, mandatory, confirmed message for each attempt. */
import type { AttemptOutcome, AttemptResult } from '../../../core/delivery.ts';
import type { Clock } from '../../engine/clock.ts';
import { headerText } from '../header-text.ts';
import type { Channel, Parcel } from '../port.ts';
import type { Message, PublishEnd } from './confirmed-channel.ts';
import { nameBrokerFailure } from './name-broker-failure.ts';
import type { Publisher } from './publisher.ts';

interface BrokerTarget {
  readonly rabbitmq_queue?: string;
  readonly rabbitmq_exchange?: string;
  readonly rabbitmq_routing_key?: string;
  readonly rabbitmq_headers?: Readonly<Record<string, string>>;
}

export class RabbitmqChannel implements Channel {
  readonly #publisher: Publisher | null;
  readonly #clock: Clock;

  /** @param publisher null where no broker is configured (any more) */
  constructor(publisher: Publisher | null, clock: Clock) {
    this.#publisher = publisher;
    this.#clock = clock;
  }

  async send(parcel: Parcel, limitMs: number): Promise<AttemptResult> {
    const startedAt = performance.now();
    const message = makeMessage(parcel, this.#clock.now());
    const withinMs = Math.min(parcel.destination.policy.answerTimeoutMs, limitMs);
    const judged = this.#publisher
      ? judge(await this.#publisher.publish(message, withinMs), message)
      : notConfigured;
    return {
      ...judged,
      statusCode: null,
      durationMs: performance.now() - startedAt,
      responseExcerpt: null,
      retryAfterMs: null,
    };
  }

  /** Without a broker in the settings every attempt fails, and shall say so. */
  get isUp(): boolean {
    return this.#publisher?.isUp ?? true;
  }

  /** The link is stopped by whoever started it. */
  async close(): Promise<void> {}
}

function makeMessage(parcel: Parcel, now: number): Message {
  const { deliveryId, requestId, customId, outcome, attempt, content, destination } = parcel;
  const target = parcel.target as BrokerTarget;
  const toQueue = target.rabbitmq_queue !== undefined;
  return {
    exchange: toQueue ? '' : (target.rabbitmq_exchange ?? ''),
    routingKey: toQueue ? (target.rabbitmq_queue ?? '') : (target.rabbitmq_routing_key ?? ''),
    id: deliveryId,
    content: Buffer.from(content.buffer, content.byteOffset, content.length),
    properties: {
      contentType: 'application/json',
      appId: 'openai-batch-manager',
      timestamp: Math.floor(now / 1_000),
      headers: {
        ...target.rabbitmq_headers,
        ...destination.headers,
        'idempotency-key': deliveryId,
        'x-batcher-request-id': String(requestId),
        'x-batcher-custom-id': headerText(customId),
        'x-batcher-outcome': outcome,
        'x-batcher-attempt': String(attempt),
      },
    },
  };
}

type Judged = Pick<AttemptResult, 'outcome' | 'error'>;

const notConfigured: Judged = {
  outcome: 'rabbitmq_not_configured',
  error: 'No broker is configured here; set RABBITMQ_URL.',
};

function judge(end: PublishEnd, { exchange, routingKey }: Message): Judged {
  switch (end.kind) {
    case 'confirmed':
      return { outcome: 'success', error: null };
    case 'returned':
      return exchange === ''
        ? say(
            'queue_not_found',
            `The broker returned it (${end.code} ${end.text}): there is no queue ${routingKey}.`,
          )
        : say(
            'unroutable',
            `The broker returned it (${end.code} ${end.text}): exchange ${exchange} leads nowhere with key ${routingKey}.`,
          );
    case 'nacked':
      return say(
        'nacked',
        'The broker refused to take it (nack); its queue may be full or without a leader.',
      );
    case 'late':
      return say('timeout', 'The broker did not confirm in time.');
    case 'blocked':
      return say('broker_blocked', `The broker takes nothing at present: ${end.reason}.`);
    case 'unsendable':
      return say('invalid_target', `It cannot be put into a message: ${end.error.message}`);
    case 'ended':
      return nameBrokerFailure(end.error);
  }
}

const mostErrorLength = 500;

function say(outcome: AttemptOutcome, error: string): Judged {
  return { outcome, error: error.slice(0, mostErrorLength) };
}
