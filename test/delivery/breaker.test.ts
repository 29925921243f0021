/** The breaker through the real doors, on a clock that the test moves: days pass in a second. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BreakingStage, day, minute } from './breaking-stage.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

let stage: BreakingStage;
let alerts: OutcomeSink;
beforeEach(async () => {
  alerts = await new OutcomeSink().listen();
  stage = await BreakingStage.set({ ALERT_WEBHOOK_URL: alerts.url });
});
afterEach(async () => {
  await stage.close();
  await alerts.close();
});

const toldOf = (status: string) =>
  [...alerts.taken.keys()].filter((id) => id.includes('destination_failing') && id.endsWith(status));

test('opens after failures of five minutes, tells once, sends nothing but probes, and drains when all is well', async () => {
  await stage.breakIt();
  const { health, delivering } = await stage.look();
  expect(delivering.count).toBe(12);
  expect(health).toMatchObject({ last_failure: 'http_status_not_2xx', success_count: 0, success_share: 0 });
  expect(health.failures_in_a_row).toBeGreaterThanOrEqual(10);
  expect(Date.parse(health.failing_since ?? '')).toBeLessThanOrEqual(stage.clock.now() - 5 * minute);
  expect(health.latency_ms).toBeGreaterThan(0);
  await stage.pass(minute, () => toldOf('firing').length === 1);

  const before = stage.sink.refused;
  const attemptsOf = async (n: number) =>
    ((await call(stage.url, 'GET', `/api/requests/r${n}`)) as { delivery_attempt_count: number })
      .delivery_attempt_count;
  const used = await Promise.all(Array.from({ length: 12 }, (_, n) => attemptsOf(n)));
  await stage.pass(minute, () => stage.sink.refused >= before + 3);
  // Three probes, no attempt used up, and nothing else was sent.
  expect(await Promise.all(Array.from({ length: 12 }, (_, n) => attemptsOf(n)))).toEqual(used);

  stage.sink.answer = 'take';
  await stage.pass(minute, () => stage.sink.taken.size === 12);
  const recovered = (await stage.look()).health;
  expect(recovered).toMatchObject({ breaker: 'closed', failing_since: null, success_count: 12 });
  expect(recovered.success_share).toBeGreaterThan(0);
  expect(recovered.success_share).toBeLessThan(1);
  expect(stage.sink.total).toBe(12);
  await stage.pass(minute, () => toldOf('resolved').length === 1);
  expect(toldOf('firing')).toHaveLength(1);
});

test('what a broken destination holds back ends after seven days, and can be delivered again', async () => {
  await stage.breakIt();
  const opened = stage.clock.now();
  await stage.pass(360 * minute, async () => (await stage.look()).delivery_failed.count >= 11);
  expect(stage.clock.now() - opened).toBeGreaterThanOrEqual(6.7 * day);
  stage.sink.answer = 'take';
  await stage.order('close-breaker');
  await call(stage.url, 'POST', '/api/redeliveries', { body: { destination: 1 } });
  await stage.pass(minute, () => stage.sink.taken.size === 12);
});

test('a message that is sent as a probe again and again is given up like those that wait', async () => {
  await stage.breakIt();
  const givenUp = async () => (await stage.look()).delivery_failed.count;
  // Each is a probe every day, so none waits for seven days without being touched.
  for (let hour = 0; hour < 7 * 24 - 4; hour += 2) await stage.probe(120 * minute);
  expect(await givenUp()).toBe(0);
  for (let hour = 0; hour < 2 * 24 && (await givenUp()) < 12; hour += 2) await stage.probe(120 * minute);
  expect(await givenUp()).toBe(12);
});

test('is closed and opened by hand; a paused destination gets nothing and gives up nothing', async () => {
  await makeOutcomes(stage.url, 1, () => stage.sink.url, 'first');
  await stage.pass(1_000, () => stage.sink.taken.size === 1);
  await stage.order('pause');
  await makeOutcomes(stage.url, 3, () => stage.sink.url, 'paused');
  await stage.pass(60 * minute, async () => (await stage.look()).delivering.count === 3);
  stage.clock.move(30 * day);
  await stage.pass(60 * minute, async () => (await stage.look()).delivering.count === 3);
  expect(stage.sink.taken.size).toBe(1);
  stage.sink.answer = 503;
  await stage.order('open-breaker');
  await stage.order('resume');
  expect((await stage.look()).health.breaker).toBe('open');
  stage.sink.answer = 'take';
  await stage.order('close-breaker');
  await stage.pass(1_000, () => stage.sink.taken.size === 4);
});
