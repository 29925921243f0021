import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AttemptOutcome,
  type AttemptResult,
  afterAttempt,
  afterProbe,
  attemptOutcomes,
  deliveryId,
  lineWithoutResult,
} from './delivery.ts';
import { judge } from './verdict.ts';

const hour = 3_600_000;

function attempt(outcome: AttemptOutcome, facts: Partial<AttemptResult> = {}): AttemptResult {
  const nothing = {
    statusCode: null,
    durationMs: 12,
    error: null,
    responseExcerpt: null,
    retryAfterMs: null,
  };
  return { ...nothing, ...facts, outcome };
}

const answered = (statusCode: number, retryAfterMs: number | null = null) =>
  attempt('http_status_not_2xx', { statusCode, retryAfterMs });

/** Follows one answer through a whole round: the pauses, then the reason for the end. */
function wholeRound(result: AttemptResult): { pauses: number[]; why: string; attempts: number } {
  const pauses: number[] = [];
  for (let tries = 1; ; tries += 1) {
    const next = afterAttempt(result, tries);
    if (next.kind === 'delivered') throw new Error('delivered');
    if (next.kind === 'give_up') return { pauses, why: next.why, attempts: tries };
    pauses.push(next.pauseMs);
  }
}

const fullSchedule = [5_000, 60_000, 300_000, 1_800_000, 2 * hour, 5 * hour, 10 * hour, 24 * hour];

test.each([200, 201, 202, 204, 299])('status %i is delivered, at any attempt', (statusCode) => {
  for (const tries of [1, 2, 9]) {
    expect(afterAttempt(attempt('success', { statusCode }), tries)).toEqual({ kind: 'delivered' });
  }
});

test.each([
  301, 302, 307, 308,
])('a redirect with %i is a failure like any other: nine attempts', (statusCode) => {
  const round = wholeRound(attempt('redirect', { statusCode }));
  expect(round.pauses).toEqual(fullSchedule);
  expect(round.attempts).toBe(9);
});

test('410 stops at once', () => {
  expect(wholeRound(answered(410))).toMatchObject({ pauses: [], attempts: 1 });
  expect(wholeRound(answered(410)).why).toContain('410');
});

test.each([
  400, 401, 403, 404, 405, 406, 413, 415, 418, 422, 451, 499,
])('%i ends after two tries', (statusCode) => {
  const round = wholeRound(answered(statusCode));
  expect(round).toMatchObject({ pauses: [5_000], attempts: 2 });
  expect(round.why).toContain(String(statusCode));
});

test('a 4xx late in the round ends it, and the reason claims no more than is known', () => {
  const next = afterAttempt(answered(404), 5);
  expect(next).toEqual({ kind: 'give_up', why: 'the receiver answered 404 at attempt 5' });
});

test.each([408, 409, 425, 429, 500, 502, 503, 504, 599])('%i is tried nine times', (statusCode) => {
  const round = wholeRound(answered(statusCode));
  expect(round.pauses).toEqual(fullSchedule);
  expect(round).toMatchObject({ attempts: 9, why: 'all 9 attempts are used up' });
});

const withoutAnswer = attemptOutcomes.filter(
  (outcome) => outcome !== 'success' && outcome !== 'invalid_target',
);

test.each(withoutAnswer)('%s without a status is tried nine times', (outcome) => {
  const round = wholeRound(attempt(outcome));
  expect(round.pauses).toEqual(fullSchedule);
  expect(round.attempts).toBe(9);
});

test('a target that cannot be used is given up at once', () => {
  expect(wholeRound(attempt('invalid_target'))).toMatchObject({ pauses: [], attempts: 1 });
});

test.each([
  [0, 5_000],
  [4_999, 5_000],
  [5_001, 5_001],
  [6 * hour - 1, 6 * hour - 1],
  [6 * hour, 6 * hour],
  [6 * hour + 1, 6 * hour],
  [Number.MAX_SAFE_INTEGER, 6 * hour],
  [Number.POSITIVE_INFINITY, 6 * hour],
])('Retry-After of %i ms after the first attempt pauses %i ms', (retryAfterMs, pauseMs) => {
  const askedMs = Math.min(Math.max(retryAfterMs, 1_000), 6 * hour);
  expect(afterAttempt(answered(429, retryAfterMs), 1)).toEqual({ kind: 'again', pauseMs, askedMs });
});

test('Retry-After never shortens a pause and gives no attempt beyond the ninth', () => {
  const next = afterAttempt(answered(503, 1_000), 8);
  expect(next).toEqual({ kind: 'again', pauseMs: 24 * hour, askedMs: 1_000 });
  expect(afterAttempt(answered(503, 1_000), 9).kind).toBe('give_up');
  expect(afterAttempt(answered(404, 1_000), 2).kind).toBe('give_up');
});

test('a faster schedule leaves Retry-After as the receiver has said it', () => {
  expect(afterAttempt(answered(503), 2, { faster: 60 })).toEqual({
    kind: 'again',
    pauseMs: 1_000,
    askedMs: 0,
  });
  const next = afterAttempt(answered(503, 30_000), 2, { faster: 60 });
  expect(next).toEqual({ kind: 'again', pauseMs: 30_000, askedMs: 30_000 });
});

test("a destination's own schedule decides the pauses and how many attempts there are", () => {
  const schedule = [0, 7_000];
  expect(afterAttempt(answered(503), 1, { schedule })).toEqual({ kind: 'again', pauseMs: 7_000, askedMs: 0 });
  expect(afterAttempt(answered(503), 2, { schedule }).kind).toBe('give_up');
});

test('whatever happens, a pause is finite, spread by 20 % at most, and a round has nine attempts at most', () => {
  const anyResult = fc.record({
    outcome: fc.constantFrom(...attemptOutcomes),
    statusCode: fc.option(fc.integer({ min: 100, max: 599 })),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 10 * 24 * hour })),
  });
  const spread = fc.double({ min: 0, max: 1, noNaN: true });
  const property = fc.property(anyResult, fc.integer({ min: 1, max: 30 }), spread, (facts, tries, spread) => {
    const next = afterAttempt(attempt(facts.outcome, facts), tries, { spread });
    if (facts.outcome === 'success') expect(next.kind).toBe('delivered');
    else if (tries >= 9) expect(next.kind).toBe('give_up');
    if (next.kind !== 'again') return;
    const planned = fullSchedule[tries - 1] ?? 0;
    const asked = Math.min(facts.retryAfterMs ?? 0, 6 * hour);
    expect(next.pauseMs).toBeGreaterThanOrEqual(Math.max(planned * 0.8, asked));
    expect(next.pauseMs).toBeLessThanOrEqual(Math.max(planned * 1.2, asked));
  });
  fc.assert(property, { numRuns: 500 });
});

test('the delivery id changes with the outcome, the request and the installation, with nothing else', () => {
  expect(deliveryId('k3x9', 42, 1)).toBe('out_k3x9_42_1');
  const ids = [
    deliveryId('a', 1, 1),
    deliveryId('a', 1, 2),
    deliveryId('a', 2, 1),
    deliveryId('b', 1, 1),
    deliveryId('a', 11, 1),
    deliveryId('a', 1, 11),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('an outcome without a result line is delivered in the shape of one', () => {
  const property = fc.property(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
    fc.string(),
    (customId, message) => {
      const line = lineWithoutResult(customId, { code: 'batch_expired', message });
      expect(JSON.parse(line)).toEqual({
        id: null,
        custom_id: customId,
        response: null,
        error: { code: 'batch_expired', message },
      });
      expect(line).not.toContain('\n');
      expect(judge(JSON.parse(line)).kind).toBe('again');
    },
  );
  fc.assert(property);
});

const held = (heldMs: number) => ({ heldMs, mostHeldMs: 7 * 24 * hour });

test('a probe that failed uses up no attempt: its message goes behind the others, as long as they may wait', () => {
  expect(afterProbe(answered(503), held(hour))).toEqual({ kind: 'again', pauseMs: 0, askedMs: 0 });
  expect(afterProbe(answered(404), held(7 * 24 * hour))).toEqual({ kind: 'again', pauseMs: 0, askedMs: 0 });
  expect(afterProbe(answered(404), held(7 * 24 * hour + 1)).kind).toBe('give_up');
  expect(afterProbe(attempt('success', { statusCode: 204 }), held(0))).toEqual({ kind: 'delivered' });
});

test('a probe obeys what the receiver says of its message: Gone, come back later', () => {
  expect(afterProbe(answered(410), held(0))).toMatchObject({
    kind: 'give_up',
    why: expect.stringMatching(/410/),
  });
  expect(afterProbe(attempt('invalid_target'), held(0)).kind).toBe('give_up');
  expect(afterProbe(answered(503, 90_000), held(0))).toEqual({
    kind: 'again',
    pauseMs: 90_000,
    askedMs: 90_000,
  });
});
