import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  adoptionLooks,
  capacitySchedule,
  deliverySchedule,
  jitter,
  nextAttemptPause,
  nextLookAt,
  pauseAfter,
  providerSchedule,
  untilBeat,
} from './backoff.ts';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;

test('deliveries are tried nine times, at the times promised', () => {
  const promised = [0, 5 * second, minute, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 24 * hour];
  expect(deliverySchedule).toEqual(promised);
  const pauses: number[] = [];
  for (let tries = 0; ; tries += 1) {
    const pause = nextAttemptPause(deliverySchedule, tries);
    if (pause === null) break;
    pauses.push(pause);
  }
  expect(pauses).toEqual(promised);
});

test('a schedule that ends stays ended', () => {
  expect(nextAttemptPause(deliverySchedule, 8)).toBe(24 * hour);
  for (const tries of [9, 10, 1_000]) expect(nextAttemptPause(deliverySchedule, tries)).toBeNull();
});

test('a batch whose creation is in doubt is looked for at 0 s, 30 s, 2 min and 5 min', () => {
  expect(adoptionLooks).toEqual([0, 30 * second, 2 * minute, 5 * minute]);
  expect(nextAttemptPause(adoptionLooks, 4)).toBeNull();
});

const lasting = [
  ['provider', providerSchedule, second, 5 * minute],
  ['capacity', capacitySchedule, minute, 80 * minute],
] as const;

test.each(
  lasting,
)('the %s schedule grows from its first pause to its last, which repeats', (_name, schedule, first, last) => {
  expect(pauseAfter(schedule, 1)).toBe(first);
  const pauses = schedule.map((_pause, index) => pauseAfter(schedule, index + 1));
  expect(pauses).toEqual([...schedule]);
  expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
  for (const tries of [schedule.length, schedule.length + 1, 10_000]) {
    expect(pauseAfter(schedule, tries)).toBe(last);
  }
});

test('the capacity schedule pauses 5, 10, 20, 40 and 80 minutes after a first short one', () => {
  expect(capacitySchedule.map((pause) => pause / minute)).toEqual([1, 5, 10, 20, 40, 80]);
});

test('before any try the first pause counts; an empty schedule pauses not at all', () => {
  expect(pauseAfter(providerSchedule, 0)).toBe(second);
  expect(pauseAfter([], 3)).toBe(0);
  expect(nextAttemptPause([], 0)).toBeNull();
});

const anySpread = fc.double({ min: 0, max: 1, noNaN: true });

test('jitter stays within 20 % either way, in whole milliseconds, and reaches both ends', () => {
  expect(jitter).toBe(0.2);
  const schedules = [deliverySchedule, providerSchedule, capacitySchedule, adoptionLooks];
  const property = fc.property(
    fc.constantFrom(...schedules),
    fc.nat(20),
    anySpread,
    (schedule, tries, spread) => {
      const pairs = [
        [pauseAfter(schedule, tries, spread), pauseAfter(schedule, tries)],
        [nextAttemptPause(schedule, tries, spread), nextAttemptPause(schedule, tries)],
      ] as const;
      for (const [spreadOut, plain] of pairs) {
        if (plain === null || spreadOut === null) {
          expect(spreadOut).toBe(plain);
          continue;
        }
        expect(Number.isInteger(spreadOut)).toBe(true);
        expect(spreadOut).toBeGreaterThanOrEqual(plain * 0.8);
        expect(spreadOut).toBeLessThanOrEqual(plain * 1.2);
      }
    },
  );
  fc.assert(property);
  expect([0, 0.5, 1].map((spread) => pauseAfter([minute], 1, spread))).toEqual([48_000, 60_000, 72_000]);
  expect([0, 0.5, 1].map((spread) => nextAttemptPause([minute], 0, spread))).toEqual([
    48_000, 60_000, 72_000,
  ]);
});

test('a batch is asked about sooner while young, later when old', () => {
  const pause = (ageMs: number) => nextLookAt(20 * minute, ageMs, minute) - 20 * minute;
  expect(pause(0)).toBe(30 * second);
  expect(pause(2 * minute - 1)).toBe(30 * second);
  expect(pause(2 * minute)).toBe(minute);
  expect(pause(6 * hour - 1)).toBe(minute);
  expect(pause(6 * hour)).toBe(2 * minute);
  expect(pause(48 * hour)).toBe(2 * minute);
});

test('looks fall on the beats of the clock: at most six in a minute, whenever batches were looked at last', () => {
  const times = Array.from({ length: 1_000 }, (_, n) => 20 * minute + n * 59);
  const looks = new Set(times.map((from, n) => nextLookAt(from, hour, minute, (n % 100) / 100)));
  for (const at of looks) expect(at % (10 * second)).toBe(0);
  expect(looks.size).toBeLessThanOrEqual(10);
  for (const from of times) {
    expect(nextLookAt(from, hour, minute, 0)).toBeGreaterThanOrEqual(from + 43 * second);
    expect(nextLookAt(from, hour, minute, 1)).toBeLessThanOrEqual(from + 77 * second);
  }
});

test('the next beat is never now, and never further than one beat', () => {
  expect([0, 1, 999, 1_000, 1_700_000_000_250].map((now) => untilBeat(now, 1_000))).toEqual([
    1_000, 999, 1, 1_000, 750,
  ]);
});
