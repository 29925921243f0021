/** When the time that a batch has stood in a state is out of the ordinary. */

import { percentile } from './percentile.ts';

/** Samples below which nothing is said (issue: 20). */
export const leastSamples = 20;
/** Times the 95th percentile from which on a batch is flagged (issue: three). */
export const factor = 3;

/** The 95th percentile (nearest rank), or null while there are too few samples. */
export function p95(samples: readonly number[]): number | null {
  if (samples.length < leastSamples) return null;
  return percentile(
    [...samples].sort((a, b) => a - b),
    0.95,
  );
}

export function isUnusuallyLong(stoodMs: number, usualMs: number | null): boolean {
  return usualMs !== null && stoodMs > usualMs * factor;
}
