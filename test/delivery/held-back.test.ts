/** What a broken destination holds back, for how long, and what does not count: days in which nobody could try. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BreakingStage, day, minute } from './breaking-stage.ts';
import { call } from './make-outcomes.ts';

let stage: BreakingStage;
beforeEach(async () => {
  stage = await BreakingStage.set();
});
afterEach(() => stage.close());

const stateOf = async (name: string) =>
  ((await call(stage.url, 'GET', `/api/requests/${name}`)) as { state: string }).state;

test.each<[what: string, idle: () => Promise<unknown>]>([
  [
    'its destination was paused',
    async () => {
      await stage.order('pause');
      stage.clock.move(8 * day);
      await stage.order('resume');
    },
  ],
  ['the service was off', () => stage.beOff(8 * day)],
  [
    'all sending was paused',
    async () => {
      await call(stage.url, 'POST', '/api/stages/send/pause');
      for (let passed = 0; passed < 8; passed++) await stage.pass(day, () => true);
      await call(stage.url, 'POST', '/api/stages/send/resume');
    },
  ],
])('for eight days %s: nothing is given up, and all arrives when the receiver is well', async (_, idle) => {
  await stage.breakIt();
  const before = stage.sink.refused;
  await idle();
  await stage.pass(minute, () => stage.sink.refused > before);
  // The first probe has failed. Whoever judged by the calendar alone would end all of them now.
  for (let passed = 0; passed < 20; passed++) await stage.pass(minute, () => true);
  expect((await stage.look()).delivery_failed.count).toBe(0);
  stage.sink.answer = 'take';
  await stage.pass(minute, () => stage.sink.taken.size === 12);
});

test('each message ends seven days after it began to be held, though it was sent as a probe on the way', async () => {
  await stage.breakIt(40);
  const opened = Date.parse((await stage.look()).health.breaker_opened_at ?? '');
  // Forty take turns: each is a probe twice in the week.
  const age = () => stage.clock.now() - opened;
  while (age() < 6.8 * day) await stage.probe(120 * minute);
  expect((await stage.look()).delivery_failed.count).toBe(0);
  await stage.pass(60 * minute, async () => (await stage.look()).delivery_failed.count === 40);
  expect(age()).toBeLessThan(7.5 * day);
});

test('a probe that is answered with 410 ends its message, and the others wait on', async () => {
  await stage.breakIt();
  stage.sink.answer = 410;
  await stage.pass(minute, async () => (await stage.look()).delivery_failed.count === 1);
  const { health, delivering } = await stage.look();
  expect([health.breaker, delivering.count]).toEqual(['open', 11]);
});

test('a breaker that closes calls nothing forward that its receiver has asked to have later', async () => {
  const asked = stage.clock.now() + 120 * minute;
  stage.sink.retryAfter = (customId) => (customId === 'r0' ? '7200' : undefined);
  await stage.breakIt();
  stage.sink.answer = 'take';
  await stage.pass(minute, () => stage.sink.taken.size === 11);
  while (stage.clock.now() < asked - minute) await stage.pass(minute, () => true);
  expect([stage.sink.taken.size, await stateOf('r0')]).toEqual([11, 'delivering']);
  await stage.pass(minute, () => stage.sink.taken.size === 12);
});

test('a duty that fails stops none of the others: what has waited is called forward all the same', async () => {
  await stage.breakIt();
  const { store } = stage.service.ctx;
  const fail = () => Promise.reject(new Error('no redelivery today'));
  Object.assign(store, { redeliverNext: fail, postponeRedelivery: fail });
  // By now most of them have a pause of half an hour before them.
  stage.sink.answer = 'take';
  await stage.pass(minute, async () => (await stage.look()).health.breaker === 'closed');
  const recovered = stage.clock.now();
  await stage.pass(minute, () => stage.sink.taken.size === 12);
  expect(stage.clock.now() - recovered).toBeLessThanOrEqual(3 * minute);
});
