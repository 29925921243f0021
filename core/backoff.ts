/**
 * Every retry schedule in the product. A schedule is a list of pauses; the last one repeats where a duty never
 * gives up. `spread` is a number from 0 up to 1 that the caller draws, so that nothing here is random.
 */

/** Pauses in milliseconds. */
export type Schedule = readonly number[];

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Pauses before each delivery attempt, the first at once (field notes, "Recommended promise" 3, after
 * Standard Webhooks): nine attempts over about 41 hours.
 */
export const deliverySchedule: Schedule = [
  0,
  5 * second,
  minute,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  24 * hour,
];

/** Pauses between tries of a duty at the provider that must not give up: upload, create, poll, download. */
export const providerSchedule: Schedule = [second, 5 * second, 15 * second, minute, 2 * minute, 5 * minute];

/** Pauses after a create that was refused for want of tokens or money: "not now". */
export const capacitySchedule: Schedule = [
  minute,
  5 * minute,
  10 * minute,
  20 * minute,
  40 * minute,
  80 * minute,
];

/** Pauses between rounds of tries for a connection to the broker, and for its consumer (parity: 1 s doubling to 30 s). */
export const brokerSchedule: Schedule = [
  second,
  2 * second,
  4 * second,
  8 * second,
  16 * second,
  30 * second,
];
/** Pauses before each probe of a destination whose breaker is open. */
export const breakerSchedule: Schedule = [30 * second, minute, 2 * minute, 5 * minute];

/**
 * When to look for a batch whose creation has an unknown outcome, counted from the intent. Only after the last
 * look may it be created again (design 3.7: lists may lag behind by a minute).
 */
export const adoptionLooks: Schedule = [0, 30 * second, 2 * minute, 5 * minute];

/** Share by which a pause is spread either way (design: 20 %). */
export const jitter = 0.2;

/**
 * The pause after `tries` tries have failed, the last entry repeating for ever.
 *
 * @param spread 0 to 1, where 0.5 leaves the pause as it is
 */
export function pauseAfter(schedule: Schedule, tries: number, spread = 0.5): number {
  const pauseMs = schedule[Math.min(Math.max(tries - 1, 0), schedule.length - 1)] ?? 0;
  return Math.round(pauseMs * (1 + jitter * (2 * spread - 1)));
}

/** The pause before attempt `tries + 1` of a schedule that ends, or null when all attempts are used up. */
export function nextAttemptPause(schedule: Schedule, tries: number, spread = 0.5): number | null {
  const pauseMs = schedule[tries];
  return pauseMs === undefined ? null : Math.round(pauseMs * (1 + jitter * (2 * spread - 1)));
}

/** Beats in the pause between two looks at a batch of ordinary age: every ten seconds when it is a minute. */
const beatsInPause = 6;

/**
 * When a batch is asked about again: soon while it is young, then about once a minute (vendors ask for no more),
 * slower after six hours. It falls on a beat of the clock, the nearest to where the pause ends: batches that are due
 * together are claimed together, answered by one list and recorded with one commit.
 *
 * @param from epoch milliseconds of the last look
 * @param ageMs time since the batch was created at the provider
 * @param baseMs the setting: the pause for a batch of ordinary age
 */
export function nextLookAt(from: number, ageMs: number, baseMs: number, spread = 0.5): number {
  const factor = ageMs < baseMs * 2 ? 0.5 : ageMs < 6 * hour ? 1 : 2;
  const pauseMs = baseMs * factor * (1 + jitter * (2 * spread - 1));
  const beatMs = baseMs / beatsInPause;
  return Math.round(Math.round((from + pauseMs) / beatMs) * beatMs);
}

/**
 * How long until the clock's next whole beat. Who only looks whether something was missed looks on beats: what many look
 * for at one moment costs one waking of each thread and one commit, not one for each of them.
 *
 * @param now epoch milliseconds
 */
export function untilBeat(now: number, beatMs: number): number {
  return beatMs - (now % beatMs);
}
