/**
 * Whether somebody waits for answers of intake just now. Work that can wait shares this thread with them, and gives way:
 * what it does between two turns is what they wait for.
 */

/** So long after a request others are likely. */
const recentMs = 100;

export class Callers {
  #lastAt = Number.NEGATIVE_INFINITY;

  /** A request has come. */
  note(): void {
    this.#lastAt = performance.now();
  }

  /** Whether one came within the last tenth of a second. */
  get areHere(): boolean {
    return performance.now() - this.#lastAt < recentMs;
  }
}
