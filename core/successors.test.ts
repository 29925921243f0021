import { expect, test } from 'vitest';
import { type Predecessor, planSuccessors } from './successors.ts';

const batch = (over: Partial<Predecessor>): Predecessor => ({
  state: 'downloading',
  failure: null,
  refusals: 0,
  sentCount: 10_000,
  sizeBytes: 1_000_001,
  rowLimit: null,
  ...over,
});
const plan = (over: Partial<Predecessor>) => planSuccessors(batch(over), 50_000);

test('what a completed batch left behind travels in one piece', () => {
  expect(plan({})).toEqual({ rows: 50_000, bytes: null, rowLimit: null, pauseMs: 0 });
});

test('each expiry halves the size, down to 500 requests', () => {
  const sizes: number[] = [];
  let rowLimit: number | null = null;
  for (let expiry = 0; expiry < 7; expiry++) {
    rowLimit = plan({ state: 'expired', rowLimit, sentCount: rowLimit ?? 10_000 }).rowLimit;
    sizes.push(rowLimit ?? 0);
  }
  expect(sizes).toEqual([5_000, 2_500, 1_250, 625, 500, 500, 500]);
});

test('an expiry never makes a batch larger than an ancestor was cut to', () => {
  expect(plan({ state: 'expired', rowLimit: 40, sentCount: 40 })).toMatchObject({ rows: 40, rowLimit: 40 });
});

test('refused lines leave the rest whole for five rounds, then it is halved', () => {
  const refused = { state: 'failed', failure: 'invalid_lines', sentCount: 101 } as const;
  expect(plan({ ...refused, refusals: 5 })).toMatchObject({ rows: 50_000, rowLimit: null, pauseMs: 0 });
  expect(plan({ ...refused, refusals: 6 })).toMatchObject({ rows: 51, rowLimit: 51 });
  expect(plan({ ...refused, refusals: 7, sentCount: 1, rowLimit: 1 })).toMatchObject({ rows: 1 });
});

test('a refusal that names no line waits longer each time', () => {
  const unexplained = { state: 'failed', failure: 'unexplained' } as const;
  const pauses = [1, 2, 3, 4, 9].map((refusals) => plan({ ...unexplained, refusals }).pauseMs / 60_000);
  expect(pauses).toEqual([1, 5, 15, 60, 60]);
  expect(plan({ ...unexplained, refusals: 9, sentCount: 300 })).toMatchObject({ rows: 500 });
});

test('a file that is too large is cut by bytes, in two', () => {
  expect(plan({ state: 'failed', failure: 'too_large' })).toMatchObject({ rows: 50_000, bytes: 500_001 });
});
