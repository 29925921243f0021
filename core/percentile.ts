/**
 * The smallest value that at least this share of the values does not exceed (nearest rank).
 *
 * @param sorted ascending
 * @param share above 0, at most 1
 * @returns null where there are no values
 */
export function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
