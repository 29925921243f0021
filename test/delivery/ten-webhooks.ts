/** Ten webhooks that answer in 1 ms, for W5. */
import { OutcomeSink } from './outcome-sink.ts';
import { type Receivers, receiverCount } from './w5.ts';

/** @param places webhooks in flight */
export async function openTenWebhooks(places: number): Promise<Receivers> {
  const sinks = await Promise.all(
    Array.from({ length: receiverCount }, () => new OutcomeSink({ answerMs: 1 }).listen()),
  );
  const [ill] = sinks as [OutcomeSink, ...OutcomeSink[]];
  const answer = (how: OutcomeSink['answer']) => {
    for (const sink of sinks) sink.answer = how;
  };
  return {
    targets: sinks.map(({ url }) => url),
    illAddress: new URL(ill.url).origin,
    places,
    takenByNine: () => sinks.slice(1).reduce((sum, sink) => sum + sink.taken.size, 0),
    taken: () => sinks.reduce((sum, sink) => sum + sink.taken.size, 0),
    repeats: () => sinks.reduce((sum, { total, taken }) => sum + total - taken.size, 0),
    refuse: async () => answer(503),
    hasRefused: async () => sinks.every(({ refused }) => refused > 0),
    async hang() {
      ill.answer = 'hang';
    },
    isHanging: async () => ill.hanging > 0,
    recover: async () => answer('take'),
    close: async () => {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}
