import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AdmissionLimits,
  admit,
  type Ledger,
  mostUnproven,
  passedOverMs,
  pieceOf,
  type WaitingBatch,
} from './admission.ts';
import type { CapSource } from './caps.ts';

const empty: Ledger = { tokens: 0, requests: 0, unproven: 0 };
const limits = (
  tokens: number,
  source: CapSource = 'stated',
  over: Partial<AdmissionLimits> = {},
): AdmissionLimits => ({
  cap: { tokens, source, usable: tokens },
  requestCap: 1_000_000,
  rejections: 0,
  ...over,
});
const queue = (...tokens: number[]): WaitingBatch[] =>
  tokens.map((count, index) => ({ id: index + 1, tokens: count, requests: 0, lines: 100, waitedMs: 0 }));
const verdicts = (...given: Parameters<typeof admit>) => [...admit(...given).values()];

describe('admission', () => {
  test('takes the oldest that fit, up to the cap and no further', () => {
    expect(verdicts(queue(40, 40, 40, 20), empty, limits(100))).toEqual(['admit', 'admit', 'room', 'admit']);
    expect(verdicts(queue(50, 50), empty, limits(100))).toEqual(['admit', 'admit']);
    expect(verdicts(queue(50, 51), empty, limits(100))).toEqual(['admit', 'room']);
  });

  test('counts what is reserved', () => {
    expect(verdicts(queue(40, 30), { ...empty, tokens: 70 }, limits(100))).toEqual(['room', 'admit']);
  });

  test('keeps room for one that was passed over for too long', () => {
    const [first, ...others] = queue(80, 10, 10);
    const waited = { ...(first as WaitingBatch), waitedMs: passedOverMs };
    const reserved = { ...empty, tokens: 50 };
    expect(verdicts([waited, ...others], reserved, limits(100))).toEqual(['room', 'turn', 'turn']);
    expect(verdicts([waited, ...others], empty, limits(100))).toEqual(['admit', 'admit', 'admit']);
  });

  test('cuts by a firm cap only; otherwise a large one goes alone', () => {
    expect(verdicts(queue(150), empty, limits(100, 'stated'))).toEqual(['too_large']);
    expect(verdicts(queue(150), empty, limits(100, 'operator'))).toEqual(['too_large']);
    expect(verdicts(queue(150, 10), empty, limits(100, 'assumed'))).toEqual(['admit', 'room']);
    expect(verdicts(queue(150), { ...empty, tokens: 1 }, limits(100, 'tier'))).toEqual(['room']);
  });

  test('lets a single row that is too large go alone, since an estimate never refuses', () => {
    const [one] = queue(150);
    expect(verdicts([{ ...(one as WaitingBatch), lines: 1 }], empty, limits(100))).toEqual(['admit']);
  });

  test('holds up nobody for one that is to be cut', () => {
    expect(verdicts(queue(150, 10), empty, limits(100))).toEqual(['too_large', 'admit']);
  });

  test('keeps a batch between what is usable and the cap whole: it goes alone', () => {
    const tight = { ...limits(100), cap: { tokens: 100, source: 'stated', usable: 80 } as const };
    expect(verdicts(queue(90), empty, tight)).toEqual(['admit']);
    expect(verdicts(queue(90), { ...empty, tokens: 5 }, tight)).toEqual(['room']);
  });

  test('feels out a guessed cap', () => {
    expect(verdicts(queue(1, 1, 1, 1, 1), empty, limits(100, 'assumed'))).toEqual([
      ...Array(mostUnproven).fill('admit'),
      'proof',
      'proof',
    ]);
    expect(verdicts(queue(1), { ...empty, tokens: 3, unproven: 3 }, limits(100, 'tier'))).toEqual(['proof']);
    expect(verdicts(queue(1, 1, 1, 1, 1), empty, limits(100, 'stated'))).toEqual(Array(5).fill('admit'));
  });

  test('sends one probe at a time while rejections are unexplained', () => {
    expect(verdicts(queue(1, 1), empty, limits(100, 'stated', { rejections: 1 }))).toEqual([
      'admit',
      'proof',
    ]);
  });

  test('counts embedding requests apart', () => {
    const batches = queue(1, 1, 1).map((batch) => ({ ...batch, requests: 50_000 }));
    const few = limits(1_000, 'stated', { requestCap: 100_000 });
    expect(verdicts(batches, empty, few)).toEqual(['admit', 'admit', 'room']);
    expect(verdicts(batches, empty, { ...few, requestCap: 40_000 })).toEqual(Array(3).fill('too_large'));
  });

  test('cuts into pieces of which two fit', () => {
    expect(pieceOf(limits(101))).toEqual({ tokens: 50, requests: 500_000 });
    expect(pieceOf(limits(1))).toMatchObject({ tokens: 1 });
  });
});

const batch = fc.record({
  tokens: fc.integer({ min: 1, max: 200 }),
  requests: fc.integer({ min: 0, max: 60 }),
  lines: fc.integer({ min: 1, max: 3 }),
  waitedMs: fc.integer({ min: 0, max: 2 * passedOverMs }),
});
const someLimits = fc
  .record({
    tokens: fc.integer({ min: 1, max: 300 }),
    margin: fc.integer({ min: 0, max: 4 }),
    source: fc.constantFrom<CapSource>('operator', 'stated', 'tier', 'assumed'),
    requestCap: fc.integer({ min: 1, max: 100 }),
    rejections: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ tokens, margin, source, requestCap, rejections }) => ({
    cap: { tokens, source, usable: Math.max(1, Math.floor((tokens * (20 - margin)) / 20)) },
    requestCap,
    rejections,
  }));
const someLedger = fc.record({
  tokens: fc.integer({ min: 0, max: 300 }),
  requests: fc.integer({ min: 0, max: 100 }),
  unproven: fc.integer({ min: 0, max: 4 }),
});

describe('whatever waits', () => {
  test('the ledger is never over the cap, but for one that goes alone', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 30 }), someLedger, someLimits, (batches, ledger, by) => {
        const waiting = batches.map((one, index) => ({ ...one, id: index }));
        const given = admit(waiting, ledger, by);
        expect(given.size).toBe(waiting.length);
        const taken = waiting.filter(({ id }) => given.get(id) === 'admit');
        const tokens = taken.reduce((sum, one) => sum + one.tokens, ledger.tokens);
        const requests = taken.reduce((sum, one) => sum + one.requests, ledger.requests);
        const alone = taken.length === 1 && ledger.tokens === 0 && ledger.requests === 0;
        if (taken.length > 0 && !alone) {
          expect(tokens).toBeLessThanOrEqual(by.cap.usable);
          expect(requests).toBeLessThanOrEqual(by.requestCap);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('none starves: each batch is admitted or cut in the end, while others keep coming', () => {
    fc.assert(
      fc.property(
        fc.array(batch, { minLength: 1, maxLength: 8 }),
        batch,
        someLimits,
        (batches, comer, by) => {
          const steady = { ...by, rejections: 0 };
          let waiting = batches.map((one, index) => ({ ...one, id: index, waitedMs: 0 }));
          const running: { until: number; tokens: number; requests: number }[] = [];
          const owed = new Set(waiting.map(({ id }) => id));
          let nextId = 1_000;
          for (let round = 0; owed.size > 0; round++) {
            expect(round).toBeLessThan(400);
            while (running[0] && running[0].until <= round) running.shift();
            // A stream of small ones, each of which would fit before the large one does.
            waiting.push({ ...comer, tokens: 1, requests: 0, lines: 1, id: nextId++, waitedMs: 0 });
            const ledger = {
              tokens: running.reduce((sum, one) => sum + one.tokens, 0),
              requests: running.reduce((sum, one) => sum + one.requests, 0),
              unproven: 0,
            };
            const given = admit(waiting, ledger, steady);
            for (const one of waiting) {
              const verdict = given.get(one.id);
              if (verdict === 'admit') running.push({ ...one, until: round + 3 });
              if (verdict === 'admit' || verdict === 'too_large') owed.delete(one.id);
            }
            waiting = waiting
              .filter(({ id }) => !['admit', 'too_large'].includes(given.get(id) ?? ''))
              .map((one) => ({ ...one, waitedMs: one.waitedMs + passedOverMs / 4 }));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
