/** A clock that stands still until it is moved, and the service and the simulator moved along with it. */

import type { Service } from '../server/compose/service.ts';
import type { Clock } from '../server/engine/clock.ts';
import type { Simulator } from '../simulator/index.ts';

interface Rest {
  readonly at: number;
  readonly end: () => void;
}

export class SteppedClock implements Clock {
  readonly #rests = new Set<Rest>();
  #now: number;

  constructor(startsAt: number) {
    this.#now = startsAt;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait for a time. */
  get resting(): number {
    return this.#rests.size;
  }

  pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const rest: Rest = {
        at: this.#now + Math.max(0, ms),
        end: () => {
          this.#rests.delete(rest);
          signal?.removeEventListener('abort', rest.end);
          resolve();
        },
      };
      this.#rests.add(rest);
      signal?.addEventListener('abort', rest.end, { once: true });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const rest of [...this.#rests]) if (rest.at <= this.#now) rest.end();
  }
}

/** Moves both clocks together, a step at a time, each when everything that was due is done. */
export class SteppedTime {
  readonly clock: SteppedClock;
  readonly #simulator: Simulator;
  readonly #stepMs: number;

  constructor(clock: SteppedClock, simulator: Simulator, stepMs: number) {
    this.clock = clock;
    this.#simulator = simulator;
    this.#stepMs = stepMs;
  }

  /** @throws Error when it does not hold within that much simulated time */
  async until(service: Service, holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
    const deadline = this.clock.now() + withinMs;
    for (;;) {
      await this.quiet(service);
      if (await holds()) return;
      if (this.clock.now() > deadline) throw new Error(`does not hold after ${withinMs} ms: ${holds}`);
      await this.#simulator.advance(this.#stepMs);
      this.clock.advance(this.#stepMs);
    }
  }

  /** Every loop of the service rests, and nothing is under way. */
  async quiet({ drivers, dispatchers }: Service): Promise<void> {
    // Beside them: upkeep, and the duty for what destinations hold back.
    const loops = drivers.length + dispatchers.length + 2;
    const isQuiet = () =>
      this.clock.resting === loops && [...drivers, ...dispatchers].every(({ busy }) => busy === 0);
    for (let calm = 0; calm < 3; calm = isQuiet() ? calm + 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
