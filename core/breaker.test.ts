import { expect, test } from 'vitest';
import { afterSign, closed, firstProbesMs, type Health, lateProbeMs, opened, placesOf } from './breaker.ts';

const minute = 60_000;
const well: Health = {
  breaker: 'closed',
  breaker_opened_at: null,
  holds_since: null,
  failures: 0,
  failing_since: null,
  probes: 0,
  blocked_until: 0,
  recovering_since: null,
};
const at = (now: number, off = false) => ({ now, off, faster: 1 });
const bad = { good: false, probe: false };
const good = { good: true, probe: false };

/** So many failures, the last one `lastingMs` after the first. */
function failing(count: number, lastingMs: number, off = false): Health {
  let health = well;
  for (let n = 0; n < count; n++) {
    health = afterSign(health, bad, at(1 + Math.round((lastingMs * n) / (count - 1)), off));
  }
  return health;
}

test.each([
  ['nine failures over an hour', 9, 60 * minute, 'closed'],
  ['a hundred failures within 4:59', 100, 5 * minute - 1_000, 'closed'],
  ['ten failures over five minutes', 10, 5 * minute, 'open'],
])('%s: %s', (_, count, lastingMs, breaker) => {
  expect(failing(count, lastingMs).breaker).toBe(breaker);
});

test('a single success in between begins the row anew', () => {
  const almost = failing(9, 10 * minute);
  const again = afterSign(almost, good, at(11 * minute));
  expect(again).toEqual(well);
  expect(afterSign(again, bad, at(12 * minute)).breaker).toBe('closed');
});

test('a breaker that is switched off never opens', () => {
  expect(failing(50, 60 * minute, true)).toMatchObject({ breaker: 'closed', failures: 50 });
});

test('while open, probes are let through one by one, with growing pauses up to five minutes', () => {
  let health = opened(failing(9, minute), at(0));
  const pauses = [health.blocked_until];
  for (let n = 0; n < 5; n++) {
    const now = health.blocked_until;
    health = afterSign(health, { good: false, probe: true }, at(now));
    pauses.push(health.blocked_until - now);
  }
  expect(pauses).toEqual([30_000, minute, 2 * minute, 5 * minute, 5 * minute, 5 * minute]);
  expect(placesOf(health, 50)).toBe(1);
});

test('what was in flight when it opened postpones no probe, and a success of it closes as well', () => {
  const open = opened(failing(9, minute), at(1_000));
  expect(afterSign(open, bad, at(2_000)).blocked_until).toBe(open.blocked_until);
  const after = afterSign(open, good, at(2_000));
  expect(after).toEqual({ ...well, recovering_since: 2_000 });
  expect(closed(open, 2_000)).toEqual(after);
});

test('a destination that fails three times in a row has a tenth of its places, and all of them after a success', () => {
  expect([0, 2, 3, 99].map((failures) => placesOf({ breaker: 'closed', failures }, 50))).toEqual([
    50, 50, 5, 5,
  ]);
  expect(placesOf({ breaker: 'closed', failures: 9 }, 4)).toBe(1);
});

test('what it holds is counted from its opening, and from nowhere once it has closed', () => {
  const open = opened(failing(9, minute), at(1_000));
  expect(open).toMatchObject({ breaker_opened_at: 1_000, holds_since: 1_000 });
  const probed = afterSign(open, { good: false, probe: true }, at(40_000));
  expect(probed.holds_since).toBe(1_000);
  expect(afterSign(probed, good, at(50_000)).holds_since).toBeNull();
});

test('a probe is late after a seventh of what messages may be held; each breaker has sent one within ten minutes', () => {
  const day = 24 * 60 * minute;
  expect([lateProbeMs(7 * day), firstProbesMs(7 * day)]).toEqual([day, 10 * minute]);
  expect([lateProbeMs(7 * minute), firstProbesMs(7 * minute)]).toEqual([minute, minute]);
});
