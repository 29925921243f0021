import { randomBytes } from 'node:crypto';
import { RabbitmqChannel } from '../../server/channels/rabbitmq/channel.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { openLink } from '../broker/open-link.ts';
import { readQueue } from '../broker/read-queue.ts';
import { useSharedBroker } from '../broker/shared-broker.ts';
import { describeChannel } from './describe-channel.ts';

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
