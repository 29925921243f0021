/** A schedule of pauses as people write it: `0, 5 s, 1 m, 2 h`. */

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Null where it cannot be read. A number without a unit is seconds. */
export function readSchedule(text: string): number[] | null {
  const pauses = text.split(',').map((part) => {
    const [, amount, unit = 's'] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/.exec(part) ?? [];
    return amount === undefined ? Number.NaN : Math.round(Number(amount) * (unitsMs[unit] ?? 0));
  });
  return pauses.some(Number.isNaN) ? null : pauses;
}

/** Exact: each pause in the largest unit that divides it. */
export function writeSchedule(pauses: readonly number[]): string {
  return pauses.map(writePause).join(', ');
}

function writePause(ms: number): string {
  if (ms === 0) return '0';
  const [unit, size] = Object.entries(unitsMs).findLast(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / size} ${unit}`;
}
