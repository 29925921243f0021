/** What is kept of deliveries, for how long, and what it takes to throw away an outcome that nobody has. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MovedClock } from '../moved-clock.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
let clock: MovedClock;
let running: TestService;
let sink: OutcomeSink;
beforeEach(async () => {
  clock = new MovedClock();
  sink = await new OutcomeSink().listen();
  running = await startTestService({}, { clock });
});
afterEach(async () => {
  await clock.moveUntil(running.stop(), minute);
  await sink.close();
});

interface Answer {
  readonly state: string;
  readonly ended_at: string | null;
  readonly data: readonly unknown[];
}
const get = (path: string) => call(running.url, 'GET', path) as Promise<Answer>;
const isGone = (path: string) =>
  get(path).then(
    () => false,
    (error: Error) => error.message.includes(': 404 '),
  );
const pass = (stepMs: number, holds: () => Promise<boolean>) =>
  until(() => {
    clock.move(stepMs);
    return holds();
  });
const ended = () => pass(1_000, async () => (await get('/api/batches/1')).ended_at !== null);

test('a batch with outcomes that nobody has is deleted by an explicit word alone', async () => {
  sink.answer = 410;
  await makeOutcomes(running.url, 2, () => sink.url);
  await ended();
  const remove = (query = '') => call(running.url, 'DELETE', `/api/batches/1${query}`);
  await expect(remove()).rejects.toThrow(/409 .*2 outcomes that were not delivered.*undelivered=true/);
  await expect(remove('?undelivered=false')).rejects.toThrow(/409/);
  expect((await get('/api/requests/r0')).state).toBe('delivery_failed');
  // 410 stops: one attempt each.
  expect(sink.refused).toBe(2);
  expect(await remove('?undelivered=true')).toEqual({ requests: 2 });
  await pass(minute, () => isGone('/api/requests/r0'));
});

test('attempts outlive their requests, for a time of their own', async () => {
  await makeOutcomes(running.url, 2, () => sink.url);
  await ended();
  const attempts = async () => (await get('/api/destinations/1/attempts')).data.length;
  await pass(minute, async () => (await attempts()) === 2);
  clock.move(31 * day);
  await pass(minute, () => isGone('/api/requests/r0'));
  expect(await attempts()).toBe(2);
  clock.move(58 * day);
  await pass(minute, async () => (await get('/api/batches')).data.length === 0);
  expect(await attempts()).toBe(2);
  clock.move(2 * day);
  await pass(minute, async () => (await attempts()) === 0);
});
