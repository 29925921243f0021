/** The RabbitMQ that workloads use: the one of RABBITMQ_URL, or one on this machine. Their queues are gone afterwards. */
import { randomBytes } from 'node:crypto';
import { type ChannelModel, connect } from 'amqplib';

export interface Broker {
  readonly url: string;
  readonly connection: ChannelModel;
  /** A new durable queue with a random name. */
  makeQueue(): Promise<string>;
  /** Empties a queue. @returns how many messages were in it */
  empty(queue: string): Promise<number>;
  close(): Promise<void>;
}

export async function openBroker(): Promise<Broker> {
  const url = process.env['RABBITMQ_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';
  const connection = await connect(url, { noDelay: true }).catch((cause: Error) => {
    throw new Error('The amqp workloads need a RabbitMQ: start one here, or set RABBITMQ_URL.', { cause });
  });
  const channel = await connection.createChannel();
  const queues: string[] = [];
  return {
    url,
    connection,
    async makeQueue() {
      const { queue } = await channel.assertQueue(`bench-${randomBytes(6).toString('hex')}`, {
        durable: true,
      });
      queues.push(queue);
      return queue;
    },
    empty: async (queue) => (await channel.purgeQueue(queue)).messageCount,
    async close() {
      for (const queue of queues) await channel.deleteQueue(queue);
      await connection.close();
    },
  };
}
