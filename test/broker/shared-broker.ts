/**
 * The RabbitMQ that tests share: the one of RABBITMQ_URL, else one that runs on the standard port, else one of our own
 * that is started here. Whoever uses it makes queues with random names and removes them.
 */
import { randomBytes } from 'node:crypto';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { startOwnBroker } from './own-broker.ts';

const standardUrl = 'amqp://guest:guest@127.0.0.1:5672';

export interface SharedBroker {
  readonly url: string;
  readonly connection: ChannelModel;
  /** A new durable queue with a random name. */
  makeQueue(): Promise<string>;
  /** A channel of its own, for what may end in an error. */
  openChannel(): Promise<Channel>;
  /** Removes its queues, and the broker if it was started here. */
  close(): Promise<void>;
}

export async function useSharedBroker(): Promise<SharedBroker> {
  const given = process.env['RABBITMQ_URL'];
  const running = given ?? ((await answers(standardUrl)) ? standardUrl : undefined);
  if (running) return useBroker(running);
  const own = await startOwnBroker();
  const shared = await useBroker(own.url);
  return {
    ...shared,
    async close() {
      await shared.close();
      await own.remove();
    },
  };
}

/** What a test does at any broker. */
export async function useBroker(url: string): Promise<SharedBroker> {
  const connection = await connect(url, { noDelay: true });
  connection.on('error', () => {});
  const queues: string[] = [];
  const openChannel = async () => {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    return channel;
  };
  return {
    url,
    connection,
    openChannel,
    async makeQueue() {
      const queue = `obm-test-${randomBytes(6).toString('hex')}`;
      const channel = await openChannel();
      await channel.assertQueue(queue, { durable: true });
      await channel.close();
      queues.push(queue);
      return queue;
    },
    async close() {
      const channel = await openChannel().catch(() => null);
      for (const queue of queues) await channel?.deleteQueue(queue).catch(() => {});
      await connection.close().catch(() => {});
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const connection = await connect(url, { timeout: 2_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
