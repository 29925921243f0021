import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { Parcel } from '../../server/channels/port.ts';
import { RabbitmqChannel } from '../../server/channels/rabbitmq/channel.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { openLink } from '../broker/open-link.ts';
import { readQueue } from '../broker/read-queue.ts';
import { useSharedBroker } from '../broker/shared-broker.ts';
import { until } from '../until.ts';
import { startDeafListener } from './deaf-listener.ts';
import { describeChannel, someDestination } from './describe-channel.ts';

const toQueue = (queue: string) => ({ type: 'rabbitmq', rabbitmq_queue: queue });
const toExchange = (exchange: string, key: string) => ({
  type: 'rabbitmq',
  rabbitmq_exchange: exchange,
  rabbitmq_routing_key: key,
});

describeChannel('rabbitmq', async () => {
  const broker = await useSharedBroker();
  const queue = await broker.makeQueue();
  const reader = await broker.openChannel();
  const { link, publisher } = openLink([broker.url]);
  const missing = `obm-no-${randomBytes(6).toString('hex')}`;
  return {
    channel: new RabbitmqChannel(publisher, systemClock),
    good: toQueue(queue),
    bad: [
      { target: toQueue(missing), outcome: 'queue_not_found' },
      { target: toExchange('amq.direct', missing), outcome: 'unroutable' },
      { target: toExchange(missing, 'key'), outcome: 'exchange_not_found' },
      { target: toQueue('x'.repeat(300)), outcome: 'invalid_target' },
      // Nobody may publish to what is internal.
      { target: toExchange('amq.rabbitmq.trace', 'x'), outcome: 'authorization_error' },
    ],
    async arrived(count) {
      const messages = await readQueue(reader, queue, count);
      return messages.map(({ content, properties }) => ({
        id: String(properties.messageId),
        content,
        headers: properties.headers ?? {},
      }));
    },
    async openAlone() {
      const alone = openLink(['amqp://127.0.0.1:9']);
      return {
        channel: new RabbitmqChannel(alone.publisher, systemClock),
        target: toQueue(queue),
        close: () => alone.link.stop(),
      };
    },
    async close() {
      await link.stop();
      await broker.close();
    },
  };
});

const parcel = (target: object, headers: Record<string, string> = {}): Parcel => ({
  deliveryId: 'out_1',
  requestId: 1,
  customId: 'a',
  outcome: 'succeeded',
  attempt: 1,
  content: Buffer.from('{}'),
  target,
  destination: { ...someDestination, headers },
});
/** Longer than any test. */
const limitMs = 60_000;

test('the broker keeps a message on disk, and is told what it is', async () => {
  const broker = await useSharedBroker();
  const { link, publisher } = openLink([broker.url]);
  onTestFinished(async () => {
    await link.stop();
    await broker.close();
  });
  const queue = await broker.makeQueue();
  const before = Math.floor(systemClock.now() / 1_000);
  await new RabbitmqChannel(publisher, systemClock).send(parcel(toQueue(queue)), limitMs);
  const [message] = await readQueue(await broker.openChannel(), queue, 1);
  expect(message?.properties).toMatchObject({
    deliveryMode: 2,
    messageId: 'out_1',
    contentType: 'application/json',
    appId: 'openai-batch-manager',
  });
  expect(message?.properties.timestamp).toBeGreaterThanOrEqual(before);
});

test('a broker that is in the settings no more has a word of its own', async () => {
  const result = await new RabbitmqChannel(null, systemClock).send(parcel(toQueue('q')), limitMs);
  expect(result).toMatchObject({
    outcome: 'rabbitmq_not_configured',
    error: expect.stringMatching(/RABBITMQ_URL/),
  });
});

test('a message that the broker closes the channel for, and the next one', async () => {
  const broker = await useSharedBroker();
  const { link, publisher } = openLink([broker.url]);
  const channel = new RabbitmqChannel(publisher, systemClock);
  onTestFinished(async () => {
    await link.stop();
    await broker.close();
  });
  const queue = await broker.makeQueue();
  // CC is a list of further keys, where RabbitMQ reads it.
  const closed = await channel.send(parcel(toQueue(queue), { CC: 'no list' }), limitMs);
  expect(closed).toMatchObject({ outcome: 'channel_closed', error: expect.stringMatching(/CC|header/) });
  expect((await channel.send(parcel(toQueue(queue)), limitMs)).outcome).toBe('success');
});

test('a broker that lets nobody in', async () => {
  const deaf = await startDeafListener();
  const { link, publisher } = openLink([`amqp://127.0.0.1:${deaf.port}`]);
  onTestFinished(async () => {
    await link.stop();
    await deaf.close();
  });
  await until(() => link.standing.state === 'waiting');
  const result = await new RabbitmqChannel(publisher, systemClock).send(parcel(toQueue('q')), limitMs);
  expect(result.outcome).toBe('connect_timeout');
});
