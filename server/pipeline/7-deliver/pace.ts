/**
 * How fast destinations answer, to claim ahead for each what it will take before the next claim. One that hangs takes
 * nothing, and one that fails shall get no more than its health allows: for neither is anything claimed ahead.
 */

/** Answers gather for 10 ms, and a claim and the way of its deliveries here take a few more; this is twice as long. */
const aheadMs = 40;
/** For one destination, however fast it is. */
const mostAhead = 300;

export class Pace {
  readonly #answered = new Map<number, number>();
  readonly #failed = new Set<number>();
  #since = 0;

  note(destinationId: number, isGood: boolean): void {
    if (isGood) this.#answered.set(destinationId, (this.#answered.get(destinationId) ?? 0) + 1);
    else this.#failed.add(destinationId);
  }

  /** @param now milliseconds of any clock that only goes forward */
  ahead(now: number): Map<number, number> {
    const elapsedMs = Math.max(1, now - this.#since);
    const counts = new Map<number, number>();
    for (const [id, answers] of this.#answered) {
      const count = Math.min(mostAhead, Math.round((answers * aheadMs) / elapsedMs));
      if (count > 0 && !this.#failed.has(id)) counts.set(id, count);
    }
    return counts;
  }

  /** Something is claimed by what `ahead` said: it is measured anew from here. */
  begin(now: number): void {
    this.#since = now;
    this.#answered.clear();
    this.#failed.clear();
  }
}
