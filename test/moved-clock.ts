/** A clock that stands still until a test moves it. */
import type { Clock } from '../server/engine/clock.ts';
import { until } from './until.ts';

export class MovedClock implements Clock {
  #now: number;
  readonly #pauses = new Set<{ readonly at: number; readonly end: () => void }>();

  constructor(now = Date.UTC(2026, 10, 23)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const pause = { at: this.#now + Math.max(0, ms), end: () => this.#end(pause, resolve) };
      this.#pauses.add(pause);
      signal?.addEventListener('abort', pause.end, { once: true });
    });
  }

  /** Ends every pause that falls into these milliseconds. */
  move(ms: number): void {
    this.#now += ms;
    for (const pause of [...this.#pauses]) if (pause.at <= this.#now) pause.end();
  }

  /** Moves on until something has ended: what waits on the clock shall not wait for ever. */
  async moveUntil(ended: Promise<unknown>, stepMs: number): Promise<void> {
    const over = ended.then(() => true);
    await until(() => {
      this.move(stepMs);
      return Promise.race([over, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
    });
  }

  #end(pause: { readonly at: number; readonly end: () => void }, resolve: () => void): void {
    if (this.#pauses.delete(pause)) resolve();
  }
}
