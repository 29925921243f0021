/** The RabbitMQ that workloads use: RABBITMQ_URL, else one on this machine, else one of their own. */
import type { ChannelModel } from 'amqplib';
import { useSharedBroker } from '../../test/broker/shared-broker.ts';

export interface Broker {
  readonly url: string;
  readonly connection: ChannelModel;
  /** A new durable queue with a random name. */
  makeQueue(): Promise<string>;
  /** Empties a queue. @returns how many messages were in it */
  empty(queue: string): Promise<number>;
  /** Removes its queues, and the broker if it was started here. */
  close(): Promise<void>;
}

export async function openBroker(): Promise<Broker> {
  const shared = await useSharedBroker();
  const channel = await shared.openChannel();
  return {
    ...shared,
    empty: async (queue) => (await channel.purgeQueue(queue)).messageCount,
  };
}
