/**
 * Folds the write-ahead log back into the file beside the writer, which goes on meanwhile. Left to itself, SQLite does it
 * within a commit: 16 MB to copy and to sync, for which everybody would wait who waits for that commit.
 *
 * The log begins anew only when all of it is folded and nobody writes. So the last few pages, those that came during the
 * work of the other thread, are folded by the writer itself, between two transactions.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { checkpointPages } from './connect.ts';
import { LogLength } from './log-length.ts';

/** What the two threads tell each other, in a word that both can see. */
export const turn = { nobodys: 0, threads: 1, writers: 2 } as const;

export interface CheckpointData {
  readonly path: string;
  readonly whose: Int32Array;
}

/** How a checkpoint ended, in SQLite's own words: pages in the log, and how many of them are in the file. */
export interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}

export const foldLog = 'pragma wal_checkpoint(passive)';

/** Where somebody reads from the log it cannot begin anew; it is tried again after so many more pages. */
const morePages = 1_000;

export class Checkpointer {
  readonly #db: DatabaseSync;
  readonly #data: CheckpointData;
  readonly #log: LogLength;
  #thread: Worker | undefined;
  #nextAt = checkpointPages;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#data = { path, whose: new Int32Array(new SharedArrayBuffer(4)) };
    this.#log = new LogLength(path);
  }

  /** To be called between two transactions. */
  look(): void {
    const { whose } = this.#data;
    if (Atomics.load(whose, 0) === turn.threads) return;
    if (Atomics.load(whose, 0) === turn.writers) this.#finish();
    else if (this.#log.frames() >= this.#nextAt) this.#begin();
  }

  /** Resolves when the thread has ended, in whose way nothing is then. */
  async close(): Promise<void> {
    this.#thread?.removeAllListeners('exit');
    await this.#thread?.terminate();
    this.#log.close();
  }

  #begin(): void {
    const { whose } = this.#data;
    this.#thread ??= this.#start();
    Atomics.store(whose, 0, turn.threads);
    Atomics.notify(whose, 0);
  }

  #finish(): void {
    const { log, checkpointed } = this.#db.prepare(foldLog).get() as unknown as Checkpoint;
    this.#nextAt = checkpointed === log ? checkpointPages : log + morePages;
    Atomics.store(this.#data.whose, 0, turn.nobodys);
  }

  #start(): Worker {
    const thread = new Worker(new URL(`./checkpoint-thread${import.meta.url.slice(-3)}`, import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    thread.on('error', (error) => process.emitWarning(`The log was not folded: ${error.message}`));
    thread.on('exit', () => this.#replace());
    return thread;
  }

  /** A thread that failed has a successor, some pages later. Should all fail, SQLite folds the log within a commit. */
  #replace(): void {
    this.#thread = undefined;
    this.#nextAt = this.#log.frames() + morePages;
    Atomics.store(this.#data.whose, 0, turn.nobodys);
  }
}
