/** Which destination gets how many of the free places. */

export interface Contender {
  readonly id: number;
  /** Most that it may have in flight. */
  readonly most: number;
  /** What it has in flight now. */
  readonly inFlight: number;
}

/**
 * No destination takes more than this many times what would be left free: so there is always a place for one that
 * comes new, however many of the others hang.
 */
export const ofWhatIsLeft = 8;

/** As many places as one destination may fill alone, and beside them those that are kept for others, if there are many. */
export function withReserve(places: number): number {
  return places + Math.floor(places / ofWhatIsLeft);
}

/**
 * Each free place goes to whoever has the fewest in flight; ties go to whoever stands first. Without counting what is
 * in flight, a slow destination would take every place that its neighbours free.
 *
 * @returns places by id; who gets none is left out
 */
export function sharePlaces(contenders: readonly Contender[], places: number): Map<number, number> {
  const quotas = new Map<number, number>();
  const held = contenders.map(({ inFlight }) => inFlight);
  for (let free = places; free > 0; free--) {
    let next = -1;
    for (const [index, { most }] of contenders.entries()) {
      const load = held[index] ?? 0;
      if (load >= most || load >= ofWhatIsLeft * free) continue;
      if (next < 0 || load < (held[next] ?? 0)) next = index;
    }
    const chosen = contenders[next];
    if (!chosen) break;
    held[next] = (held[next] ?? 0) + 1;
    quotas.set(chosen.id, (quotas.get(chosen.id) ?? 0) + 1);
  }
  return quotas;
}
