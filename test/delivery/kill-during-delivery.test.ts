/** `kill -9` during delivery at random moments: every accepted request's delivery id arrives, repeats are bounded. */
import { onTestFinished, test } from 'vitest';
import { confirmWindow } from '../../server/pipeline/7-deliver/configure-destination.ts';
import { useSharedBroker } from '../broker/shared-broker.ts';
import { killWhileDelivering } from './kill-while-delivering.ts';
import { OutcomeSink } from './outcome-sink.ts';
import { QueueSink } from './queue-sink.ts';

const kills = 20;
const seed = process.env['KILL_SEED'] ?? 'delivery';

test(`${kills} kills at random moments of delivery to a webhook lose nothing (KILL_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const sink = await new OutcomeSink({ answerMs: 2 }).listen();
  onTestFinished(() => sink.close());
  const inFlight = 20;
  const settings = { DELIVERY_CONCURRENCY: inFlight };
  await killWhileDelivering(sink, { kills, outcomes: 6_000, inFlight, target: sink.url, settings, seed });
});

test(`${kills} kills at random moments of delivery to RabbitMQ lose nothing (KILL_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const broker = await useSharedBroker();
  onTestFinished(() => broker.close());
  const queue = await broker.makeQueue();
  const sink = await QueueSink.of(broker, queue);
  await killWhileDelivering(sink, {
    kills,
    outcomes: 16_000,
    inFlight: confirmWindow,
    target: { type: 'rabbitmq', rabbitmq_queue: queue },
    settings: { RABBITMQ_URL: broker.url },
    seed,
  });
});
