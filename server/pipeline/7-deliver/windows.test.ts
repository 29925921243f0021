import { expect, test } from 'vitest';
import { Windows } from './windows.ts';

/** Sends to one destination until it has all it may have. @returns how many are in flight then */
function fill(windows: Windows, inFlight: number, now: number): number {
  let sent = inFlight;
  while (sent < windows.of(1, sent, now)) windows.sent(1, ++sent, now);
  return sent;
}

/** All that may be in flight is sent, and then all of it answered, `times` over. */
function useUp(windows: Windows, times: number, now: number): number {
  for (let n = 0; n < times; n++) {
    for (let left = fill(windows, 0, now); left > 0; left--) windows.answered(1, true, now);
  }
  return windows.of(1, 0, now);
}

test('who has not answered may have an eighth of all places, and at least one', () => {
  expect([50, 200, 8, 3, 1].map((places) => new Windows(places).of(1, 0, 0))).toEqual([7, 25, 1, 1, 1]);
  const windows = new Windows(50);
  expect([fill(windows, 0, 0), fill(windows, 7, 60_000)]).toEqual([7, 7]);
});

test('one that answers all it may have may have twice as much, however late the next are sent', () => {
  expect([1, 2, 3].map((times) => useUp(new Windows(50), times, 0))).toEqual([14, 28, 50]);
});

test('it grows as well while what is answered is sent again at once', () => {
  const windows = new Windows(50);
  let inFlight = fill(windows, 0, 0);
  for (let n = 0; n < 7; n++) {
    windows.answered(1, true, 0);
    inFlight = fill(windows, inFlight - 1, 0);
  }
  expect(inFlight).toBe(14);
});

test('one that does not use what it may have does not get more', () => {
  const windows = new Windows(50);
  for (let n = 0; n < 100; n++) {
    windows.sent(1, 1, 0);
    windows.answered(1, true, 0);
  }
  expect(windows.of(1, 0, 0)).toBe(7);
});

test('one that says nothing keeps what it had, until nothing of it has been in flight for a second', () => {
  const windows = new Windows(50);
  useUp(windows, 2, 0);
  expect([windows.of(1, 5, 60_000), windows.of(1, 0, 1_000), windows.of(1, 0, 1_001)]).toEqual([28, 28, 7]);
  windows.sent(1, 1, 2_000);
  expect(windows.of(1, 1, 2_000)).toBe(7);
});

test('a failure halves it, and it grows again', () => {
  const windows = new Windows(50);
  useUp(windows, 2, 0);
  windows.answered(1, false, 0);
  expect(windows.of(1, 1, 0)).toBe(14);
  windows.answered(1, false, 0);
  windows.answered(1, false, 0);
  expect([windows.of(1, 1, 0), useUp(windows, 1, 0)]).toEqual([7, 14]);
});

test('tells those that differ from the first, and forgets who has nothing in flight', () => {
  const windows = new Windows(50);
  useUp(windows, 1, 0);
  windows.sent(2, 1, 0);
  expect(windows.all(new Map([[1, 1]]), 0)).toEqual({ 1: 14 });
  expect(windows.all(new Map([[1, 1]]), 2_000)).toEqual({ 1: 14 });
  expect(windows.all(new Map(), 2_000)).toEqual({});
});
