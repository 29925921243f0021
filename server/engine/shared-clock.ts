/**
 * The database's clock, for replicas that share one. Leases and due times of all of them are judged by it, so that
 * machines whose clocks differ by minutes never disagree on whose a batch is. Between two readings it runs by this
 * process's monotonic clock, which no correction of the machine's time can move.
 */
import { type Clock, systemClock } from './clock.ts';

/** A reading that took longer says too little about the time: its error is up to half of it. */
const longestRoundTripMs = 100;
/** After this long without a good reading a worse one is taken. */
const staleAfterMs = 30_000;

export class SharedClock implements Clock {
  readonly #local: () => number;
  readonly #readTime: () => Promise<number>;
  #correctionMs = 0;
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param local epoch milliseconds of this machine, steady */
  constructor(readTime: () => Promise<number>, local: () => number) {
    this.#readTime = readTime;
    this.#local = local;
  }

  now(): number {
    return Math.round(this.#local() + this.#correctionMs);
  }

  readonly pause = systemClock.pause;

  /** Reads the database's time. @throws Error when the database does not answer */
  async synchronise(): Promise<void> {
    const before = this.#local();
    const there = await this.#readTime();
    const after = this.#local();
    const good = after - before <= longestRoundTripMs;
    if (!good && after - this.#readAt < staleAfterMs) return;
    this.#correctionMs = there - (before + after) / 2;
    this.#readAt = after;
  }
}

/** @param offsetMs a test setting: how wrong the machine's clock is */
export function steadyTime(offsetMs: number): () => number {
  return () => performance.timeOrigin + performance.now() + offsetMs;
}
