/**
 * How many messages each destination may have in flight: few at first, and twice as many each time that it has answered all
 * it may have; half as many after a failure. TCP's slow start (RFC 5681). So one that hangs never holds more places than it
 * has shown to use, whatever it has waiting: without this it took each place that its neighbours had no work for at that
 * moment, and gave none back.
 */
import { ofWhatIsLeft } from '../../store/deliveries/share-places.ts';

/** Whoever had nothing in flight for as long begins anew: what it could do then says little about now. */
const forgetAfterMs = 1_000;

interface Window {
  size: number;
  /** Answers that still make room for one more each: as many as were in flight when it last had all it may have. */
  credits: number;
  usedAt: number;
}

export class Windows {
  readonly #places: number;
  readonly #first: number;
  readonly #windows = new Map<number, Window>();

  /** @param places the most for one; a destination that has shown nothing gets an eighth */
  constructor(places: number) {
    this.#places = places;
    this.#first = Math.ceil(places / ofWhatIsLeft);
  }

  /** What one may have in flight of which nothing is known. */
  get first(): number {
    return this.#first;
  }

  /** @param now milliseconds of any clock that only goes forward */
  of(destinationId: number, inFlight: number, now: number): number {
    return this.#live(destinationId, inFlight, now)?.size ?? this.#first;
  }

  /** Those that differ from `first`, by destination. */
  all(inFlight: ReadonlyMap<number, number>, now: number): Record<number, number> {
    const sizes: Record<number, number> = {};
    for (const id of this.#windows.keys()) {
      const window = this.#live(id, inFlight.get(id) ?? 0, now);
      if (!window) this.#windows.delete(id);
      else if (window.size !== this.#first) sizes[id] = window.size;
    }
    return sizes;
  }

  /** Something was sent. @param inFlight what is in flight with it */
  sent(destinationId: number, inFlight: number, now: number): void {
    const window = this.#live(destinationId, inFlight - 1, now) ?? {
      size: this.#first,
      credits: 0,
      usedAt: now,
    };
    if (inFlight >= window.size) window.credits = window.size;
    window.usedAt = now;
    this.#windows.set(destinationId, window);
  }

  /** An answer has come. */
  answered(destinationId: number, isGood: boolean, now: number): void {
    const window = this.#windows.get(destinationId);
    if (!window) return;
    window.usedAt = now;
    if (!isGood) {
      window.size = Math.max(this.#first, window.size >> 1);
      window.credits = 0;
    } else if (window.credits > 0) {
      window.size = Math.min(this.#places, window.size + 1);
      window.credits -= 1;
    }
  }

  #live(destinationId: number, inFlight: number, now: number): Window | undefined {
    const window = this.#windows.get(destinationId);
    return window && inFlight === 0 && now - window.usedAt > forgetAfterMs ? undefined : window;
  }
}
