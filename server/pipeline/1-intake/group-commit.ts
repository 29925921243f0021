/**
 * Gathers arrivals into groups that are stored together. A group forms by itself: what arrives while one is
 * being committed goes into the next. Each arrival is answered by what happened to it.
 */
import type { Acceptance, AcceptOutput, Arrival } from '../../store/intake/accept-requests.ts';

/** Limits of one group (design: at most 256 rows or 4 MB). */
export const maxRows = 256;
const maxBytes = 4_000_000;

/** Arrivals that came together; they are stored together, too. */
interface Waiting {
  readonly arrivals: readonly Arrival[];
  readonly bytes: number;
  readonly resolve: (acceptances: readonly Acceptance[]) => void;
  readonly reject: (error: Error) => void;
}

export interface GroupCommitOptions {
  readonly store: (arrivals: readonly Arrival[]) => Promise<AcceptOutput>;
  /** Groups under way at once: the store's pipeline must not run dry. */
  readonly groupsUnderWay: number;
  /** Rows from which a group goes beside one that is under way; fewer wait for its end. */
  readonly besideFrom: number;
  /** Told after each group that closed a batch. */
  readonly onClosed: () => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #waitingRows = 0;
  #waitingBytes = 0;
  #underWay = 0;
  #scheduled = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Arrivals that have been given here and not been answered yet. */
  get depth(): number {
    return this.#waitingRows + this.#underWay * maxRows;
  }

  /** Bytes of the lines that have not been given to the store yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Resolves after the group of this arrival is on disk. */
  accept(arrival: Arrival): Promise<Acceptance> {
    return new Promise((resolve, reject) => {
      const first = ([acceptance]: readonly Acceptance[]) => resolve(acceptance as Acceptance);
      this.#add({ arrivals: [arrival], bytes: arrival.lineBytes, resolve: first, reject });
    });
  }

  /** The same for several at once, at most `maxRows`: one promise for all of them. */
  acceptAll(arrivals: readonly Arrival[]): Promise<readonly Acceptance[]> {
    if (arrivals.length === 0) return Promise.resolve([]);
    const bytes = arrivals.reduce((sum, { lineBytes }) => sum + lineBytes, 0);
    return new Promise((resolve, reject) => this.#add({ arrivals, bytes, resolve, reject }));
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#waitingRows += waiting.arrivals.length;
    this.#waitingBytes += waiting.bytes;
    this.#schedule();
  }

  /** Waits for the end of the present turn, so that what one read of the sockets brought goes together. */
  #schedule(): void {
    if (this.#scheduled || !this.#mayCommit()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#mayCommit()) void this.#commit();
    });
  }

  /** Two small groups cost two commits where one would do. */
  #mayCommit(): boolean {
    if (this.#waiting.length === 0) return false;
    if (this.#underWay === 0) return true;
    const { groupsUnderWay, besideFrom } = this.#options;
    const isWorthIt = this.#waitingRows >= besideFrom || this.#waitingBytes >= maxBytes;
    return isWorthIt && this.#underWay < groupsUnderWay;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let rows = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      const { length } = waiting.arrivals;
      if (rows > 0 && (rows + length > maxRows || bytes + waiting.bytes > maxBytes)) break;
      bytes += waiting.bytes;
      rows += length;
      count += 1;
    }
    this.#waitingBytes -= bytes;
    this.#waitingRows -= rows;
    return this.#waiting.splice(0, count);
  }

  async #commit(): Promise<void> {
    const group = this.#take();
    this.#underWay += 1;
    try {
      const { acceptances, closed } = await this.#options.store(group.flatMap(({ arrivals }) => arrivals));
      let at = 0;
      for (const { arrivals, resolve } of group) {
        resolve(acceptances.slice(at, at + arrivals.length));
        at += arrivals.length;
      }
      if (closed) this.#options.onClosed();
    } catch (error) {
      for (const waiting of group) waiting.reject(error as Error);
    } finally {
      this.#underWay -= 1;
      this.#schedule();
    }
  }
}
