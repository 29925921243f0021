/** Times as people read them. The clock is the service's: the browser's may be far off. */

let skewMs = 0;
const corrected = new Set<() => void>();

/** Takes the service's clock from an answer's `Date`, which speaks in whole seconds. */
export function learnClock(date: string | null): void {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return;
  const found = at + 500 - Date.now();
  const before = skewMs;
  skewMs = Math.abs(found) < 2_000 ? 0 : found;
  if (Math.abs(skewMs - before) > 2_000) for (const listener of corrected) listener();
}

/** Told when the service's time turns out to be another than was thought. */
export function onClockCorrected(listener: () => void): void {
  corrected.add(listener);
}

/** The service's time, as far as we know it. */
export function serviceNow(): number {
  return Date.now() + skewMs;
}

const steps = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** 340 ms, 12 s, 4 m, 2 h 10 m, 3 d 4 h */
export function duration(ms: number): string {
  const size = Math.max(0, ms);
  if (size < 1_000) return `${Math.round(size)} ms`;
  const first = steps.findIndex(([, unit]) => size >= unit);
  const [name, unit] = steps[first] ?? steps[3];
  const amount = Math.floor(size / unit);
  const next = steps[first + 1];
  if (!next || amount >= 10 || name === 'm' || name === 's') return `${amount} ${name}`;
  const rest = Math.floor((size - amount * unit) / next[1]);
  return rest === 0 ? `${amount} ${name}` : `${amount} ${name} ${rest} ${next[0]}`;
}

/** "4 m ago", "in 4 m", "now" */
export function relative(at: number, now: number): string {
  const apart = at - now;
  if (Math.abs(apart) < 1_000) return 'now';
  return apart < 0 ? `${duration(-apart)} ago` : `in ${duration(apart)}`;
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Local and UTC, for a tooltip. */
export function absolute(at: number): string {
  return `${local.format(at)} (${new Date(at).toISOString().replace('T', ' ').slice(0, 19)} UTC)`;
}

/** 14:05, or 3 Nov where the day matters more. */
export function hourOrDay(at: number, byDay: boolean): string {
  return byDay
    ? new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }).format(at)
    : new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}
