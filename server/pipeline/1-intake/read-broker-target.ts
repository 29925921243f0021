/** Checks a queue, or an exchange with a routing key, and the headers that a producer sends along. */
import { hasLoneSurrogate, hasNul } from '../../../core/json/decoded-text.ts';
import { escapePointer } from '../../../core/json/pointer.ts';
import type { Config, Destination, Say } from './read-destination.ts';

/** Null when there are complaints. The headers are no part of a destination: each request has its own. */
export function readBrokerTarget(config: Config, say: Say): Destination | null {
  const { rabbitmq_queue: queue, rabbitmq_exchange: exchange, rabbitmq_routing_key: key } = config;
  for (const [name, value] of Object.entries({ queue, exchange, routing_key: key })) {
    if (value === undefined || isBrokerName(value)) continue;
    say(`must be at most ${mostNameBytes} bytes of text without NUL.`, `/rabbitmq_${name}`);
    return null;
  }
  checkHeaders(config.rabbitmq_headers ?? {}, say);
  if (queue !== undefined && exchange === undefined && key === undefined) {
    return { type: 'rabbitmq', address: `queue ${queue}` };
  }
  if (exchange !== undefined && queue === undefined) {
    return { type: 'rabbitmq', address: `exchange ${exchange} key ${key ?? ''}` };
  }
  say('needs either rabbitmq_queue, or rabbitmq_exchange with rabbitmq_routing_key.', '');
  return null;
}

/** Set by the service; or read by RabbitMQ: the message would go elsewhere as well, or be refused. */
const taken = /^(idempotency-key|x-batcher-.*|cc|bcc|x-death)$/i;

function checkHeaders(headers: Readonly<Record<string, string>>, say: Say): void {
  for (const [name, value] of Object.entries(headers)) {
    const pointer = `/rabbitmq_headers/${escapePointer(name)}`;
    if (name === '' || !isBrokerName(name)) say('is no name of a header.', pointer);
    else if (taken.test(name)) say('is a header that the service or the broker sets. Leave it out.', pointer);
    else if (hasNul(value) || hasLoneSurrogate(value)) say('must be text without NUL.', pointer);
  }
}

/** AMQP counts the length of a name in one byte. */
const mostNameBytes = 255;

function isBrokerName(text: string): boolean {
  return Buffer.byteLength(text) <= mostNameBytes && !hasNul(text) && !hasLoneSurrogate(text);
}
