/** Reads what is in a queue, or what comes into it. */
import type { Channel, ChannelModel, ConsumeMessage, GetMessage } from 'amqplib';
import { until } from '../until.ts';

/** Takes exactly so many messages out of a queue. @throws Error when they do not come in time */
export async function readQueue(channel: Channel, queue: string, count: number): Promise<GetMessage[]> {
  const found: GetMessage[] = [];
  await until(async () => {
    const message = await channel.get(queue, { noAck: true });
    if (message) found.push(message);
    return found.length >= count;
  });
  return found;
}

export async function countMessages(channel: Channel, queue: string): Promise<number> {
  return (await channel.checkQueue(queue)).messageCount;
}

/** Takes all that comes, as a receiver would. */
export async function receiveAll(connection: ChannelModel, queue: string) {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  await channel.prefetch(1_000);
  const ids = new Map<string, number>();
  await channel.consume(queue, (message: ConsumeMessage | null) => {
    if (!message) return;
    const id = String(message.properties.messageId);
    ids.set(id, (ids.get(id) ?? 0) + 1);
    channel.ack(message);
  });
  return {
    /** How often each message id came. */
    ids,
    repeats: () => [...ids.values()].reduce((sum, times) => sum + times - 1, 0),
    close: () => channel.close().catch(() => {}),
  };
}
