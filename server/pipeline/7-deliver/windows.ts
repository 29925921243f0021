/**
 * How many messages each destination may have in flight: few at first, one more for each answer while it uses all it
 * may have, half as many after a failure; TCP's slow start (RFC 5681). So one that hangs never holds more places than it
 * has shown to use, whatever it has waiting: without this it took each place that its neighbours had no work for at that
 * moment, and gave none back.
 */

/** Whoever had nothing in flight for as long begins anew: what it could do then says little about now. */
const forgetAfterMs = 1_000;

interface Window {
  size: number;
  answeredAt: number;
}

export class Windows {
  readonly #first: number;
  readonly #windows = new Map<number, Window>();

  /** @param places of which a destination that has shown nothing gets an eighth, as a newcomer always finds */
  constructor(places: number) {
    this.#first = Math.ceil(places / 8);
  }

  /** What one may have in flight that has not answered yet. */
  get first(): number {
    return this.#first;
  }

  /** @param now milliseconds of any clock that only goes forward */
  of(destinationId: number, inFlight: number, now: number): number {
    const window = this.#windows.get(destinationId);
    if (!window || (inFlight === 0 && now - window.answeredAt > forgetAfterMs)) return this.#first;
    return window.size;
  }

  /** Those that differ from `first`, by destination. */
  all(inFlight: ReadonlyMap<number, number>, now: number): Record<number, number> {
    const sizes = [...this.#windows.keys()].map(
      (id) => [id, this.of(id, inFlight.get(id) ?? 0, now)] as const,
    );
    for (const [id, size] of sizes) if (size === this.#first) this.#windows.delete(id);
    return Object.fromEntries(sizes);
  }

  /** An answer has come. @param inFlight what was in flight with it */
  note(destinationId: number, isGood: boolean, inFlight: number, now: number): void {
    const size = this.of(destinationId, inFlight, now);
    const next = !isGood ? Math.max(this.#first, size >> 1) : inFlight < size ? size : size + 1;
    this.#windows.set(destinationId, { size: next, answeredAt: now });
  }
}
