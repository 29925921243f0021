import { expect, test } from 'vitest';
import { Windows } from './windows.ts';

/** Answers one message after another while all that may be in flight is. @returns the window then */
function answerAll(windows: Windows, answers: number, now: number): number {
  for (let n = 0; n < answers; n++) {
    const size = windows.of(1, 1, now);
    windows.note(1, true, size, now);
  }
  return windows.of(1, 1, now);
}

test('who has not answered may have an eighth of all places, and at least one', () => {
  expect([50, 200, 8, 3, 1].map((places) => new Windows(places).of(1, 0, 0))).toEqual([7, 25, 1, 1, 1]);
});

test('each answer to one that uses all it may have makes room for one more', () => {
  const windows = new Windows(50);
  expect(answerAll(windows, 7, 0)).toBe(14);
  expect(answerAll(windows, 14, 0)).toBe(28);
  windows.note(1, true, 27, 0);
  expect(windows.of(1, 26, 0)).toBe(28);
  expect(windows.of(2, 0, 0)).toBe(7);
});

test('one that says nothing keeps what it had, until nothing of it has been in flight for a second', () => {
  const windows = new Windows(50);
  answerAll(windows, 20, 0);
  expect([windows.of(1, 5, 60_000), windows.of(1, 0, 1_000), windows.of(1, 0, 1_001)]).toEqual([27, 27, 7]);
});

test('a failure halves it, and it grows again', () => {
  const windows = new Windows(50);
  answerAll(windows, 33, 0);
  windows.note(1, false, 40, 0);
  expect(windows.of(1, 39, 0)).toBe(20);
  windows.note(1, false, 20, 0);
  windows.note(1, false, 10, 0);
  expect(windows.of(1, 9, 0)).toBe(7);
  expect(answerAll(windows, 1, 0)).toBe(8);
});

test('tells those that differ from the first, and forgets the others', () => {
  const windows = new Windows(50);
  answerAll(windows, 3, 0);
  windows.note(2, true, 1, 0);
  expect(windows.all(new Map([[1, 1]]), 0)).toEqual({ 1: 10, 2: 7 });
  expect(windows.all(new Map(), 2_000)).toEqual({ 1: 7 });
  expect(windows.all(new Map(), 2_000)).toEqual({});
});
