/** A receiver at a queue that remembers what it took. */
import type { SharedBroker } from '../broker/shared-broker.ts';

export class QueueSink {
  /** How often each delivery id was taken. */
  readonly taken = new Map<string, number>();
  /** All deliveries, repeats included. */
  total = 0;
  onTaken: ((id: string) => void) | undefined;

  /** Takes whatever comes into a queue, until the broker is left. */
  static async of(broker: SharedBroker, queue: string): Promise<QueueSink> {
    const sink = new QueueSink();
    const channel = await broker.openChannel();
    await channel.prefetch(1_000);
    await channel.consume(queue, (message) => {
      if (!message) return;
      const id = String(message.properties.messageId);
      sink.taken.set(id, (sink.taken.get(id) ?? 0) + 1);
      sink.total += 1;
      channel.ack(message);
      sink.onTaken?.(id);
    });
    return sink;
  }
}
