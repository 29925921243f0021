/** The arithmetic of a comparison: medians, spreads, ratios, percentiles. */

/** Middle and ends of several values; nothing is thrown away as an outlier. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @throws RangeError for an empty list */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [least] = sorted;
  const most = sorted.at(-1);
  if (least === undefined || most === undefined) throw new RangeError('no values, no median');
  return { median: middleOf(sorted), least, most };
}

function middleOf(sorted: readonly number[]): number {
  const upper = sorted[sorted.length >> 1] as number;
  const lower = sorted[(sorted.length - 1) >> 1] as number;
  return (upper + lower) / 2;
}

/** Each pair's own ratio: what disturbed one run has most likely disturbed its neighbour too. */
export function ratiosOf(ours: readonly number[], floor: readonly number[]): number[] {
  return ours.map((value, index) => value / (floor[index] ?? Number.NaN));
}

/** The value that this share (0 to 1) of the values does not exceed; nearest rank. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil(sorted.length * share));
  return sorted[rank - 1] ?? Number.NaN;
}
