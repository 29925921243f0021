import { expect, it } from 'vitest';
import { SharedClock } from './shared-clock.ts';

it('tells the time of the database, however wrong the machine is', async () => {
  let here = 1_000_000;
  let there = 5_000;
  const clock = new SharedClock(
    async () => there,
    () => here,
  );
  await clock.synchronise();
  expect(clock.now()).toBe(5_000);
  here += 700;
  expect(clock.now()).toBe(5_700);
  there = 5_650;
  await clock.synchronise();
  expect(clock.now()).toBe(5_650);
});

it('does not believe an answer that was long on its way, unless there is no better', async () => {
  let here = 0;
  let slowMs = 0;
  const clock = new SharedClock(
    async () => {
      here += slowMs;
      return here - slowMs + 50_000;
    },
    () => here,
  );
  await clock.synchronise();
  slowMs = 4_000;
  await clock.synchronise();
  expect(clock.now() - here).toBe(50_000);
  here += 30_000;
  await clock.synchronise();
  expect(clock.now() - here).toBe(48_000);
});
