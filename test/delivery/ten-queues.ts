/** Ten queues at a broker of the test's own, for W5: the process of one of them can be made to stand still. */
import { confirmWindow } from '../../server/pipeline/7-deliver/configure-destination.ts';
import type { OwnBroker } from '../broker/own-broker.ts';
import { useBroker } from '../broker/shared-broker.ts';
import { call } from './make-outcomes.ts';
import { QueueSink } from './queue-sink.ts';
import { type Receivers, receiverCount } from './w5.ts';

/** No room for a single message, and whoever comes is told so. */
const full = JSON.stringify({ 'max-length': 0, overflow: 'reject-publish' });

interface Shown {
  readonly address: string;
  readonly health: { readonly last_failure: string | null };
}

/** @param serviceUrl asked what became of its attempts */
export async function openTenQueues(own: OwnBroker, serviceUrl: string): Promise<Receivers> {
  const broker = await useBroker(own.url);
  const names = await Promise.all(Array.from({ length: receiverCount }, () => broker.makeQueue()));
  const sinks = await Promise.all(names.map((name) => QueueSink.of(broker, name)));
  const [ill = ''] = names;
  let hangs = false;
  const failures = async () => {
    const { data } = (await call(serviceUrl, 'GET', '/api/destinations')) as { data: Shown[] };
    return new Map(data.map(({ address, health }) => [address, health.last_failure]));
  };
  const stand = async (still: boolean) => {
    await own.holdQueue(ill, still);
    hangs = still;
  };
  return {
    targets: names.map((rabbitmq_queue) => ({ type: 'rabbitmq', rabbitmq_queue })),
    illAddress: `queue ${ill}`,
    places: confirmWindow,
    takenByNine: () => sinks.slice(1).reduce((sum, { taken }) => sum + taken.size, 0),
    taken: () => sinks.reduce((sum, { taken }) => sum + taken.size, 0),
    // A queue that hangs keeps what it is sent, though it cannot say so.
    repeats: () => sinks.slice(1).reduce((sum, { total, taken }) => sum + total - taken.size, 0),
    async refuse() {
      await own.ctl('set_policy', 'full', '.*', full, '--apply-to', 'queues');
    },
    async hasRefused() {
      const found = await failures();
      return names.every((name) => found.get(`queue ${name}`) === 'nacked');
    },
    hang: () => stand(true),
    isHanging: async () => (await failures()).get(`queue ${ill}`) === 'timeout',
    async recover() {
      if (hangs) await stand(false);
      else await own.ctl('clear_policy', 'full');
    },
    async close() {
      if (hangs) await stand(false);
      await broker.close();
    },
  };
}
