import { describe, expect, test } from 'vitest';
import { createProgress } from './progress.ts';
import { findFaults, printReport, type Totals } from './report.ts';

const good: Totals = {
  requested: 1_000,
  accepted: 1_000,
  delivered: 1_000,
  batches: 6,
  succeeded: 990,
  failed: 10,
  duplicates: 0,
  countedAtProvider: true,
  repeats: 0,
  wrong: 0,
  unfinished: 0,
  tokens: 123_456,
  listNanoUsd: 40_000_000,
  paidNanoUsd: 20_000_000,
  seconds: 9.87,
};

function capture(isTTY = false) {
  let text = '';
  return { isTTY, write: (more: string) => (text += more), text: () => text };
}

describe('the report', () => {
  test('ends with the line that scripts read', () => {
    const screen = capture();
    printReport(good, screen);
    const last = screen.text().trimEnd().split('\n').at(-1);
    expect(last).toBe('demo: accepted=1000 delivered=1000 lost=0 duplicates=0 batches=6 seconds=9.9');
  });

  test('finds no fault when everything came back once, failed calls among them', () => {
    expect(findFaults(good)).toEqual([]);
  });

  test.each([
    [{ delivered: 999 }, '1 accepted requests were not delivered'],
    [{ duplicates: 2 }, '2 requests were run or delivered twice'],
    [{ unfinished: 1 }, '1 batches were not finished'],
    [{ requested: 1_001 }, '1 requests were never accepted'],
    [{ wrong: 3 }, '3 deliveries were forged, malformed or not the answer to their request'],
    [{ countedAtProvider: false }, 'the simulator could not be asked what it ran'],
  ])('finds %o', (change, fault) => {
    expect(findFaults({ ...good, ...change })).toEqual([fault]);
  });
});

describe('progress', () => {
  test('without a terminal prints a bounded number of lines, the last one full', () => {
    const screen = capture();
    const progress = createProgress(10_000, screen);
    for (let n = 0; n <= 10_000; n++)
      progress.update({ accepted: n, atOpenAI: n, answered: n, delivered: n });
    progress.finish();
    const lines = screen.text().trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(21);
    expect(lines.at(-1)).toBe('accepted 10000, at OpenAI 10000, answered 10000, delivered 10000 of 10000');
  });

  test('on a terminal redraws one bar for each stage', () => {
    const screen = capture(true);
    const progress = createProgress(2, screen);
    progress.update({ accepted: 1, atOpenAI: 0, answered: 0, delivered: 0 });
    progress.finish();
    expect(screen.text().match(/█{20}░{20}/g)).toHaveLength(2);
    expect(screen.text()).toContain('\x1b[4A');
  });
});
