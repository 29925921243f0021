/**
 * A limit of messages a second, kept as one number: the time up to which the limit is used up, in microseconds. Bursts of
 * up to one second's worth are let through.
 */

const second = 1_000_000;

/**
 * How many may be sent now.
 *
 * @param usedUs what is kept of the destination
 * @param now epoch milliseconds
 */
export function mayYetSend(ratePerS: number | null, usedUs: number, now: number): number {
  if (ratePerS === null) return Number.MAX_SAFE_INTEGER;
  const room = now * 1_000 + second - Math.max(usedUs, now * 1_000);
  return Math.max(0, Math.floor((room * ratePerS) / second));
}

/** What to keep after `count` were sent. */
export function useUp(ratePerS: number | null, usedUs: number, count: number, now: number): number {
  if (ratePerS === null) return usedUs;
  return Math.max(usedUs, now * 1_000) + Math.ceil((count * second) / ratePerS);
}

/** When the next one may be sent: epoch milliseconds. */
export function nextSendAt(ratePerS: number | null, usedUs: number, now: number): number {
  if (ratePerS === null || mayYetSend(ratePerS, usedUs, now) > 0) return now;
  // Microseconds are rounded, so the last fraction may be missing at that very millisecond.
  return Math.max(now + 1, Math.ceil((usedUs - second + second / ratePerS) / 1_000));
}
