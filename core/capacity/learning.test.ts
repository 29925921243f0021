import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capacitySchedule } from '../backoff.ts';
import { type CapRules, capOf, type Learned, nothingLearned } from './caps.ts';
import { afterCompletion, afterRejection, cleanToRise, type Rejection, readStatedLimit } from './learning.ts';

const rules: CapRules = { overrides: {}, tier: null };
const minute = 60_000;

function reject(learned: Learned, over: Partial<Rejection> = {}, by: CapRules = rules): Learned {
  const rejection = {
    stated: null,
    ledgerTokens: 9_000_000,
    ledgerRequests: 0,
    alone: false,
    now: 1_000,
    spread: 0.5,
    faster: 1,
    ...over,
  };
  return afterRejection('gpt-x', by, learned, rejection);
}

const stated = (limit: number) => ({ unit: 'tokens', limit }) as const;
const complete = (learned: Learned, times: number) => {
  let after = learned;
  for (let count = 0; count < times; count++) after = afterCompletion(after);
  return after;
};

describe('after completions', () => {
  test(`an assumed cap rises by a quarter after ${cleanToRise}`, () => {
    const almost = complete(nothingLearned, cleanToRise - 1);
    expect(capOf('gpt-x', rules, almost).tokens).toBe(5_000_000);
    expect(capOf('gpt-x', rules, complete(almost, 1)).tokens).toBe(6_250_000);
    expect(capOf('gpt-x', rules, complete(almost, 1 + cleanToRise)).tokens).toBeCloseTo(7_815_000, -4);
  });

  test('a stated cap stays', () => {
    const after = complete({ ...nothingLearned, statedTokens: 2_000_000 }, 100);
    expect(capOf('gpt-x', rules, after)).toMatchObject({ tokens: 2_000_000, source: 'stated' });
    expect(after.assumedPermille).toBe(1_000);
  });

  test('what was kept free is given back first, a step at a time', () => {
    const after = complete({ ...nothingLearned, marginSteps: 2 }, cleanToRise);
    expect(after).toMatchObject({ marginSteps: 1, assumedPermille: 1_000 });
  });

  test('one is enough to end a back-off', () => {
    const after = afterCompletion({ ...nothingLearned, rejections: 4, heldUntil: 99 });
    expect(after).toMatchObject({ rejections: 0, heldUntil: null });
  });

  test('a cap does not rise without bound', () => {
    const after = complete(nothingLearned, cleanToRise * 200);
    expect(capOf('gpt-x', rules, after).tokens).toBeLessThanOrEqual(20_000_000_000);
  });
});

describe('after a rejection', () => {
  test('the stated limit is adopted, and no pause follows when the ledger explains it', () => {
    const after = reject(nothingLearned, { stated: stated(2_000_000), ledgerTokens: 2_500_000 });
    expect(after).toMatchObject({ statedTokens: 2_000_000, rejections: 0, heldUntil: null, marginSteps: 0 });
  });

  test('a later word of OpenAI replaces the earlier one, up or down', () => {
    const first = reject(nothingLearned, { stated: stated(2_000_000) });
    expect(reject(first, { stated: stated(20_000_000), ledgerTokens: 30_000_000 }).statedTokens).toBe(
      20_000_000,
    );
  });

  test('without a stated limit an assumed cap is halved, and clean batches count from the start', () => {
    const after = reject(complete(nothingLearned, 7));
    expect(capOf('gpt-x', rules, after).tokens).toBe(2_500_000);
    expect(after.cleanBatches).toBe(0);
  });

  test('a stated cap is not halved', () => {
    const after = reject({ ...nothingLearned, statedTokens: 2_000_000 });
    expect(capOf('gpt-x', rules, after).tokens).toBe(2_000_000);
  });

  test('pauses grow while the ledger does not explain it, and more is kept free', () => {
    let after: Learned = { ...nothingLearned, statedTokens: 2_000_000 };
    const pauses: number[] = [];
    for (let count = 0; count < 7; count++) {
      after = reject(after, { stated: stated(2_000_000), ledgerTokens: 1_000_000 });
      pauses.push((after.heldUntil ?? 0) - 1_000);
    }
    expect(pauses).toEqual([...capacitySchedule, 80 * minute]);
    expect(after.marginSteps).toBe(4);
  });

  test('an operator’s cap above the truth leads to pauses, not to a storm', () => {
    const by: CapRules = { ...rules, overrides: { gpt: 10_000_000 } };
    const after = reject(nothingLearned, { stated: stated(2_000_000), ledgerTokens: 5_000_000 }, by);
    expect(after).toMatchObject({ rejections: 1, heldUntil: 1_000 + minute });
  });

  test('one that went alone and cannot be cut waits longer each time', () => {
    const after = reject(nothingLearned, { stated: stated(2_000_000), ledgerTokens: 3_000_000, alone: true });
    expect(after).toMatchObject({ rejections: 1, marginSteps: 0 });
  });

  test('a limit on embedding requests has a count of its own', () => {
    const limit = { unit: 'requests', limit: 500_000 } as const;
    const after = reject(nothingLearned, { stated: limit, ledgerTokens: 10, ledgerRequests: 600_000 });
    expect(after).toMatchObject({
      statedRequests: 500_000,
      statedTokens: null,
      rejections: 0,
      assumedPermille: 1_000,
    });
  });

  test('no cap of ours ever passes what OpenAI stated last, whatever happens', () => {
    const event = fc.oneof(
      fc.constant('complete' as const),
      fc.record({
        stated: fc.option(fc.integer({ min: 1, max: 1e9 })),
        ledgerTokens: fc.integer({ min: 0, max: 1e10 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        let learned = nothingLearned;
        let last: number | null = null;
        for (const happened of events) {
          if (happened === 'complete') learned = afterCompletion(learned);
          else {
            last = happened.stated ?? last;
            const limit = happened.stated === null ? null : stated(happened.stated);
            learned = reject(learned, { stated: limit, ledgerTokens: happened.ledgerTokens });
          }
          const cap = capOf('gpt-x', rules, learned);
          expect(cap.usable).toBeGreaterThanOrEqual(1);
          expect(cap.usable).toBeLessThanOrEqual(cap.tokens);
          if (last !== null) expect(cap.tokens).toBe(last);
        }
      }),
    );
  });
});

test.each([
  [
    'Enqueued token limit reached for gpt-4o-mini in organization org-x. Limit: 2,000,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
    { unit: 'tokens', limit: 2_000_000 },
  ],
  [
    'Enqueued request limit reached for text-embedding-3-small in organization org-x. Limit: 1,000,000 enqueued requests. Please try again.',
    { unit: 'requests', limit: 1_000_000 },
  ],
  ['Limit: 90K enqueued tokens', { unit: 'tokens', limit: 90_000 }],
  ['Limit: 15B enqueued tokens.', { unit: 'tokens', limit: 15_000_000_000 }],
  [
    "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'x'.",
    { unit: 'tokens', limit: 30_000 },
  ],
  ['Enqueued token limit reached.', null],
  ['Limit: 0 enqueued tokens', null],
  ['', null],
])('reads "%s"', (message, limit) => {
  expect(readStatedLimit(message)).toEqual(limit);
});
