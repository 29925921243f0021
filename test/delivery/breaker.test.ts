/** The breaker through the real doors, on a clock that the test moves: days pass in a second. */
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
let alerts: OutcomeSink;
beforeEach(async () => {
  clock = new MovedClock();
  [sink, alerts] = await Promise.all([new OutcomeSink().listen(), new OutcomeSink().listen()]);
  running = await startTestService({ ALERT_WEBHOOK_URL: alerts.url }, { clock });
});
afterEach(async () => {
  await clock.moveUntil(running.stop(), minute);
  await Promise.all([sink.close(), alerts.close()]);
});

interface Shown {
  readonly id: number;
  readonly delivering: { readonly count: number };
  readonly delivery_failed: { readonly count: number };
  readonly paused_at: string | null;
  readonly health: {
    readonly breaker: string;
    readonly failing_since: string | null;
    readonly failures_in_a_row: number;
    readonly next_probe_at: string | null;
    readonly last_failure: string | null;
    readonly failure_count: number;
    readonly success_count: number;
    readonly success_share: number | null;
    readonly latency_ms: number | null;
  };
}
const look = async (id = 1) => (await call(running.url, 'GET', `/api/destinations/${id}`)) as Shown;
const order = (name: string) => call(running.url, 'POST', `/api/destinations/1/${name}`);
const toldOf = (status: string) =>
  [...alerts.taken.keys()].filter((id) => id.includes('destination_failing') && id.endsWith(status));

/** Lets time pass in steps until something holds; each step waits for what it has set going. */
const pass = (stepMs: number, holds: () => boolean | Promise<boolean>) =>
  until(async () => {
    clock.move(stepMs);
    await look().catch(() => null);
    await until(() => running.service.dispatchers.every(({ isQuiet }) => isQuiet));
    return holds();
  });

/** Twelve outcomes to a receiver that fails until its breaker opens. */
async function breakIt(): Promise<void> {
  sink.answer = 503;
  await makeOutcomes(running.url, 12, () => sink.url);
  await pass(10_000, async () => sink.refused > 0 && (await look()).health.breaker === 'open');
}

test('opens after failures of five minutes, tells once, sends nothing but probes, and drains when all is well', async () => {
  await breakIt();
  const { health, delivering } = await look();
  expect(delivering.count).toBe(12);
  expect(health).toMatchObject({ last_failure: 'http_status_not_2xx', success_count: 0, success_share: 0 });
  expect(health.failures_in_a_row).toBeGreaterThanOrEqual(10);
  expect(Date.parse(health.failing_since ?? '')).toBeLessThanOrEqual(clock.now() - 5 * minute);
  expect(health.latency_ms).toBeGreaterThan(0);
  await pass(minute, () => toldOf('firing').length === 1);

  const before = sink.refused;
  const attemptsOf = async (n: number) =>
    ((await call(running.url, 'GET', `/api/requests/r${n}`)) as { delivery_attempt_count: number })
      .delivery_attempt_count;
  const used = await Promise.all(Array.from({ length: 12 }, (_, n) => attemptsOf(n)));
  await pass(minute, () => sink.refused >= before + 3);
  // Three probes, no attempt used up, and nothing else was sent.
  expect(await Promise.all(Array.from({ length: 12 }, (_, n) => attemptsOf(n)))).toEqual(used);

  sink.answer = 'take';
  await pass(minute, () => sink.taken.size === 12);
  const recovered = (await look()).health;
  expect(recovered).toMatchObject({ breaker: 'closed', failing_since: null, success_count: 12 });
  expect(recovered.success_share).toBeGreaterThan(0);
  expect(recovered.success_share).toBeLessThan(1);
  expect(sink.total).toBe(12);
  await pass(minute, () => toldOf('resolved').length === 1);
  expect(toldOf('firing')).toHaveLength(1);
});

test('what a broken destination holds back ends after seven days, and can be delivered again', async () => {
  await breakIt();
  const opened = clock.now();
  await pass(360 * minute, async () => (await look()).delivery_failed.count >= 11);
  expect(clock.now() - opened).toBeGreaterThanOrEqual(6.7 * day);
  sink.answer = 'take';
  await order('close-breaker');
  await call(running.url, 'POST', '/api/redeliveries', { body: { destination: 1 } });
  await pass(minute, () => sink.taken.size === 12);
});

test('a message that is sent as a probe again and again is given up like those that wait', async () => {
  await breakIt();
  const givenUp = async () => (await look()).delivery_failed.count;
  // Each is a probe every day, so none waits for seven days without being touched.
  for (let hour = 0; hour < 7 * 24 - 4; hour += 2) await probe(120 * minute);
  expect(await givenUp()).toBe(0);
  for (let hour = 0; hour < 2 * 24 && (await givenUp()) < 12; hour += 2) await probe(120 * minute);
  expect(await givenUp()).toBe(12);
});

/** Lets time pass until a probe was sent, and waits until its failure is recorded. */
async function probe(afterMs: number): Promise<void> {
  clock.move(afterMs);
  await until(async () => {
    // Who has begun to rest while the clock was moved wakes too.
    clock.move(5);
    const { health, delivering } = await look();
    return delivering.count === 0 || Date.parse(health.next_probe_at ?? '') > clock.now();
  });
}

test('is closed and opened by hand; a paused destination gets nothing and gives up nothing', async () => {
  await makeOutcomes(running.url, 1, () => sink.url, 'first');
  await pass(1_000, () => sink.taken.size === 1);
  await order('pause');
  await makeOutcomes(running.url, 3, () => sink.url, 'paused');
  await pass(60 * minute, async () => (await look()).delivering.count === 3);
  clock.move(30 * day);
  await pass(60 * minute, async () => (await look()).delivering.count === 3);
  expect(sink.taken.size).toBe(1);
  sink.answer = 503;
  await order('open-breaker');
  await order('resume');
  expect((await look()).health.breaker).toBe('open');
  sink.answer = 'take';
  await order('close-breaker');
  await pass(1_000, () => sink.taken.size === 4);
});
