import { useSyncExternalStore } from 'react';
import { onClockCorrected, serviceNow } from './time.ts';

/** One timer for each pace: everything that shows a time changes at once, however many rows there are. */
class Pace {
  readonly #everyMs: number;
  readonly #watchers = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #now = Number.NEGATIVE_INFINITY;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
    onClockCorrected(() => this.#tick());
  }

  readonly read = (): number => {
    // Nobody has kept it: the first to look gets the time of now.
    if (this.#watchers.size === 0 && Math.abs(serviceNow() - this.#now) > this.#everyMs)
      this.#now = serviceNow();
    return this.#now;
  };

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    this.#timer ??= setInterval(this.#tick, this.#everyMs);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  readonly #tick = (): void => {
    if (document.hidden) return;
    this.#now = serviceNow();
    for (const watcher of this.#watchers) watcher();
  };
}

const paces = new Map<number, Pace>();

/** The service's time, renewed at this pace while the page is seen. */
export function useNow(everyMs = 1_000): number {
  const pace = paces.get(everyMs) ?? new Pace(everyMs);
  paces.set(everyMs, pace);
  return useSyncExternalStore(pace.watch, pace.read);
}
