/**
 * Gathers arrivals into groups that are stored together. A group forms by itself: what arrives while one is
 * being committed goes into the next. Each arrival is answered by what happened to it.
 */
import type { Acceptance, AcceptOutput, Arrival } from '../../store/intake/accept-requests.ts';

/** Limits of one group (design: at most 256 rows or 4 MB). */
const maxRows = 256;
const maxBytes = 4_000_000;

interface Waiting {
  readonly arrival: Arrival;
  readonly resolve: (acceptance: Acceptance) => void;
  readonly reject: (error: Error) => void;
}

export interface GroupCommitOptions {
  readonly store: (arrivals: readonly Arrival[]) => Promise<AcceptOutput>;
  /** Groups under way at once: the store's pipeline must not run dry. */
  readonly groupsUnderWay: number;
  /** Told after each group that closed a batch. */
  readonly onClosed: () => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #underWay = 0;
  #scheduled = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Arrivals that have been given here and not been answered yet. */
  get depth(): number {
    return this.#waiting.length + this.#underWay * maxRows;
  }

  /** Bytes of the lines that have not been given to the store yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Resolves after the group of this arrival is on disk. */
  accept(arrival: Arrival): Promise<Acceptance> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ arrival, resolve, reject });
      this.#waitingBytes += arrival.lineBytes;
      this.#schedule();
    });
  }

  /** Waits for the end of the present turn, so that what one read of the sockets brought goes together. */
  #schedule(): void {
    if (this.#scheduled || this.#underWay >= this.#options.groupsUnderWay) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#underWay < this.#options.groupsUnderWay) void this.#commit();
    });
  }

  #take(): Waiting[] {
    let bytes = 0;
    let rows = 0;
    for (const { arrival } of this.#waiting) {
      if (rows > 0 && (rows >= maxRows || bytes + arrival.lineBytes > maxBytes)) break;
      bytes += arrival.lineBytes;
      rows += 1;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, rows);
  }

  async #commit(): Promise<void> {
    const group = this.#take();
    this.#underWay += 1;
    try {
      const { acceptances, closed } = await this.#options.store(group.map(({ arrival }) => arrival));
      for (const [index, waiting] of group.entries()) waiting.resolve(acceptances[index] as Acceptance);
      if (closed) this.#options.onClosed();
    } catch (error) {
      for (const waiting of group) waiting.reject(error as Error);
    } finally {
      this.#underWay -= 1;
      this.#schedule();
    }
  }
}
