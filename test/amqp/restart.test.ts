/** W5 over RabbitMQ in short: the broker is restarted in the middle of 5,000 outcomes. The long one is in test/long. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../until.ts';
import { BrokerLine } from './broker-line.ts';

const requests = 5_000;
/** One window under way, and as many answers that may wait to be recorded. */
const mostRepeats = 200 + 200;

let line: BrokerLine;
beforeAll(async () => {
  line = await BrokerLine.set({ RETRY_FASTER: 50 });
}, 180_000);
afterAll(() => line?.close(), 60_000);

test('a broker that is restarted in the middle of 5,000 outcomes: none is lost', async () => {
  const log: string[] = [];
  await line.startService((text) => log.push(text));
  await line.receive();
  await line.put(requests);
  await until(() => line.seen.times.size > 500, 60_000);
  await line.broker.stop();
  await until(async () => {
    const { publishing } = await line.call<{ publishing: { state: string } }>('/api/broker');
    return publishing.state !== 'connected';
  });
  expect(line.seen.times.size).toBeLessThan(requests);
  await line.broker.start();
  await line.receive();
  await until(() => line.seen.customIds.size === requests, 60_000);
  expect(await line.untilDone(60_000)).toBe(requests);
  expect(line.seen.times.size).toBe(requests);
  expect(line.seen.repeats()).toBeLessThanOrEqual(mostRepeats);
  expect(await line.consumers()).toBe(1);
  // What was under way failed; what waited kept its attempts, but for one a second.
  const failed = await line.failedAttempts();
  expect(failed).toBeGreaterThan(0);
  expect(failed).toBeLessThanOrEqual(200 + 120);
  // The link for each direction, once.
  expect(log.filter((text) => text.includes('"broker_lost"')).length).toBe(2);
}, 240_000);
