import { expect, test } from 'vitest';
import { createClock } from './clock.ts';

const fail = (error: unknown): never => {
  throw error;
};

test('a stepped clock runs what falls due, in its order, and what that brings about', async () => {
  const clock = createClock({ kind: 'stepped', startsAt: 1_000 }, fail);
  const seen: [string, number][] = [];
  const note = (word: string) => () => void seen.push([word, clock.now()]);
  clock.at(1_300, note('third'));
  clock.at(1_100, async () => {
    note('first')();
    clock.at(clock.now() + 100, note('second'));
  });
  clock.at(1_501, note('later'));
  clock.at(Number.POSITIVE_INFINITY, note('never'));
  await clock.advance(500);
  expect(seen).toEqual([
    ['first', 1_100],
    ['second', 1_200],
    ['third', 1_300],
  ]);
  expect(clock.now()).toBe(1_500);
  await Promise.all([clock.advance(1), clock.advance(1)]);
  expect(seen.at(-1)).toEqual(['later', 1_501]);
  expect(clock.now()).toBe(1_502);
});

test('a real clock runs by itself, faster when scaled, and can be pushed', async () => {
  const clock = createClock({ kind: 'real', scale: 1_000 }, fail);
  const startedAt = clock.now();
  await new Promise<void>((resolve) => clock.at(startedAt + 5_000, resolve));
  expect(clock.now() - startedAt).toBeGreaterThanOrEqual(5_000);
  let isDone = false;
  clock.at(clock.now() + 86_400_000, () => {
    isDone = true;
  });
  await clock.advance(86_400_000);
  expect(isDone).toBe(true);
  clock.stop();
});

test('what a task throws is reported', async () => {
  const errors: unknown[] = [];
  const clock = createClock({ kind: 'stepped', startsAt: 0 }, (error) => errors.push(error));
  clock.at(1, () => fail(new Error('broken')));
  await clock.advance(1);
  expect(errors).toEqual([new Error('broken')]);
});
