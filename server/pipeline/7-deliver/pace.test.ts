import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

function answered(counts: Readonly<Record<number, number>>): Pace {
  const pace = new Pace();
  pace.begin(1_000);
  for (const [id, count] of Object.entries(counts)) {
    for (let n = 0; n < count; n++) pace.note(Number(id), true);
  }
  return pace;
}

test('ahead goes what a destination answers in 40 ms, at the speed since the last claim', () => {
  expect([...answered({ 1: 50, 2: 5 }).ahead(1_010)]).toEqual([
    [1, 200],
    [2, 20],
  ]);
});

test('nothing goes ahead to one that is slow, that hangs, or that failed once', () => {
  const pace = answered({ 1: 1, 2: 50 });
  pace.note(2, false);
  expect([...pace.ahead(1_100)]).toEqual([]);
});

test('nobody gets more ahead than 300, and a claim begins anew', () => {
  const pace = answered({ 1: 500 });
  expect([...pace.ahead(1_001)]).toEqual([[1, 300]]);
  pace.begin(1_001);
  expect([...pace.ahead(1_002)]).toEqual([]);
});
