/**
 * W5 over RabbitMQ: 50,000 requests out of a queue, their outcomes into another; the broker is restarted in order,
 * then killed, then the service is killed, all in the middle. The schedule of deliveries is the real one.
 */
import { expect, onTestFinished, test } from 'vitest';
import { BrokerLine } from '../amqp/broker-line.ts';
import { until } from '../until.ts';
import { recordRun } from './record-run.ts';

const requests = 50_000;
const outageMs = 60_000;
/** Under way, and answers that may wait to be recorded, for each of the three. */
const mostRepeats = 3 * (200 + 200);
const tenMinutes = 600_000;

test('50,000 outcomes, a broker that goes for a minute and comes, one that is killed, a service that is killed', async () => {
  const line = await BrokerLine.set();
  onTestFinished(() => line.close());
  await line.startService();
  await line.put(requests);
  await line.receive();
  await until(() => line.seen.times.size > 1_000, tenMinutes);
  const from = { at: performance.now(), seen: line.seen.times.size };
  await until(() => line.seen.times.size > from.seen + 10_000, tenMinutes);
  const perSecond = 10_000 / ((performance.now() - from.at) / 1_000);

  await line.broker.stop('in order');
  const goneAt = performance.now();
  await until(() => performance.now() - goneAt > outageMs, outageMs + 1_000);
  await line.broker.start();
  await line.receive();
  const backAt = performance.now();
  await until(() => line.seen.times.size > 20_000, tenMinutes);

  await line.broker.stop('kill');
  await line.broker.start();
  await line.receive();
  await until(() => line.seen.times.size > 30_000, tenMinutes);

  await line.killService();
  await line.startService();
  await until(() => line.seen.customIds.size === requests, tenMinutes);
  const drainedS = Math.round((performance.now() - backAt) / 1_000);
  expect(await line.untilDone(tenMinutes)).toBe(requests);
  expect(line.seen.times.size).toBe(requests);
  expect(line.seen.repeats()).toBeLessThanOrEqual(mostRepeats);
  expect(await line.consumers()).toBe(1);
  recordRun(
    'w5-rabbitmq',
    `50,000 outcomes, ${Math.round(perSecond)} a second before the first loss; lost 0, repeated ${line.seen.repeats()} (at most ${mostRepeats}); drained ${drainedS} s after the broker came back, with two kills on the way`,
  );
});
