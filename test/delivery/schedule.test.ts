/** When an outcome is tried again, through the real doors and on a clock that the test moves. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../until.ts';
import { BreakingStage, minute } from './breaking-stage.ts';
import { call, makeOutcomes } from './make-outcomes.ts';

const second = 1_000;
const hour = 60 * minute;
let stage: BreakingStage;
beforeEach(async () => {
  stage = await BreakingStage.set();
});
afterEach(() => stage.close());

interface Shown {
  readonly state: string;
  readonly next_attempt_at: string | null;
  readonly delivery_attempt_count: number;
  readonly delivery_attempts: readonly { readonly attempted_at: string; readonly outcome: string }[];
}
const look = async (name: string) => (await call(stage.url, 'GET', `/api/requests/${name}`)) as Shown;

/** Milliseconds until the next attempt. */
const pauseOf = async (name: string) => {
  const { next_attempt_at: at } = await look(name);
  return Date.parse(at ?? '') - stage.clock.now();
};

/** Waits until so many attempts at a request have been recorded, in as good as no time. */
const tried = (name: string, count: number) =>
  until(async () => {
    // Who has begun to rest while the clock was moved wakes too.
    stage.clock.move(1);
    const { delivery_attempt_count, delivery_attempts } = await look(name);
    return delivery_attempt_count === count && delivery_attempts.length === count;
  });

const pauses = [5 * second, minute, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 24 * hour];

test.each([
  [0, 0.8],
  [0.5, 1],
  [1, 1.2],
])('nine attempts: at once, after 5 s, 1 m, 5 m, 30 m, 2 h, 5 h, 10 h and 24 h; where chance says %d, times %d', async (chance, times) => {
  Object.assign(stage.service.ctx, { random: () => chance });
  stage.sink.answer = 503;
  await makeOutcomes(stage.url, 1, () => stage.sink.url);
  await tried('r0', 1);
  for (const [index] of pauses.entries()) {
    const pauseMs = await pauseOf('r0');
    stage.clock.move(pauseMs - 200);
    await stage.pass(1, () => true);
    expect(stage.sink.refused).toBe(index + 1);
    stage.clock.move(200);
    await tried('r0', index + 2);
  }
  const { state, delivery_attempts: attempts } = await look('r0');
  expect([state, attempts.length]).toEqual(['delivery_failed', 9]);
  const madeAt = attempts.map(({ attempted_at: at }) => Date.parse(at)).reverse();
  for (const [n, pauseMs] of pauses.entries()) {
    const pause = (madeAt[n + 1] ?? 0) - (madeAt[n] ?? 0);
    expect(pause).toBeGreaterThanOrEqual(pauseMs * times);
    // The clock creeps on a little while this test waits for what is recorded.
    expect(pause).toBeLessThanOrEqual(pauseMs * times + 500);
  }
});

test('chance is drawn anew for each pause', async () => {
  stage.sink.answer = 503;
  await makeOutcomes(stage.url, 20, () => stage.sink.url);
  const all = Array.from({ length: 20 }, (_, n) => `r${n}`);
  for (const name of all) await tried(name, 1);
  const due = await Promise.all(all.map(async (name) => (await look(name)).next_attempt_at));
  expect(new Set(due).size).toBeGreaterThan(5);
});

test('Retry-After in seconds or as a date makes a pause longer, never shorter, and up to six hours', async () => {
  stage.sink.answer = 503;
  const at = stage.clock.now();
  const said: Record<string, string> = {
    r0: '120',
    r1: new Date(at + 10 * minute).toUTCString(),
    r2: '1',
    r3: String(3 * 86_400),
    r4: new Date(at - hour).toUTCString(),
    r5: 'soon',
  };
  const names = Object.keys(said);
  stage.sink.retryAfter = (customId) => said[customId];
  await makeOutcomes(stage.url, names.length, () => stage.sink.url);
  for (const name of names) await tried(name, 1);
  const dueAt = new Map<string, number>();
  for (const name of names) dueAt.set(name, Date.parse((await look(name)).next_attempt_at ?? '') - at);
  const near = (name: string, least: number, most: number) => {
    expect([name, dueAt.get(name)]).toEqual([
      name,
      expect.toSatisfy((ms: number) => ms >= least && ms <= most),
    ]);
  };
  near('r0', 120 * second, 121 * second);
  near('r1', 10 * minute, 10 * minute + second);
  near('r3', 6 * hour, 6 * hour + second);
  for (const name of ['r2', 'r4', 'r5']) near(name, 4 * second, 7 * second);

  stage.sink.answer = 'take';
  await stage.pass(second, () => stage.sink.taken.size === 3);
  stage.clock.move(110 * second);
  await stage.pass(1, () => true);
  expect(stage.sink.taken.size).toBe(3);
  await stage.pass(second, () => stage.sink.taken.size === 4);
  await stage.pass(minute, () => stage.sink.taken.size === 5);
  expect(stage.clock.now() - at).toBeGreaterThanOrEqual(10 * minute);
  await stage.pass(30 * minute, () => stage.sink.taken.size === 6);
  expect(stage.clock.now() - at).toBeGreaterThanOrEqual(6 * hour);
});

test.each([400, 404, 422])('%i ends after two tries', async (status) => {
  stage.sink.answer = status;
  await makeOutcomes(stage.url, 1, () => stage.sink.url);
  await tried('r0', 1);
  expect((await look('r0')).state).toBe('delivering');
  await stage.pass(second, async () => (await look('r0')).state === 'delivery_failed');
  expect([(await look('r0')).delivery_attempts.length, stage.sink.refused]).toEqual([2, 2]);
});

test.each([408, 425, 429])('%i is about time and load: it goes on after two tries', async (status) => {
  stage.sink.answer = status;
  await makeOutcomes(stage.url, 1, () => stage.sink.url);
  await stage.pass(10 * second, () => stage.sink.refused === 3);
  expect((await look('r0')).state).toBe('delivering');
  stage.sink.answer = 'take';
  await stage.pass(minute, async () => (await look('r0')).state === 'delivered');
});
