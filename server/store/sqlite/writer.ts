/**
 * The main thread's side of the writer: two queues, one thread.
 *
 * Interactive work goes in groups that form by themselves while the group before is being committed, bulk work slice by
 * slice. Which of the two is next, the thread decides when it is free (see writer-thread.ts): were the order settled
 * here, a request could have to wait for two slices.
 */
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../core/errors.ts';
import { bulkWrites, type WriteName } from '../operations.ts';
import { packInput, unpackOutput } from './pack-operations.ts';
import type { Group, GroupAnswer, Job, JobResult, WriterData } from './protocol.ts';

/** Operations in one interactive group; an intake operation is itself a group of up to 256 rows. */
const maxGroupJobs = 64;
/** Groups given to the thread before it has answered: one commit at work, one waiting, so that it never idles. */
const interactiveUnderWay = 2;
/** The same of bulk slices, two of which may share a commit. */
const bulkUnderWay = 4;

/** The thread's garbage is short-lived and small; the default lets it keep some 50 MB of it. */
const youngGenerationMb = 8;

interface Waiting {
  readonly name: WriteName;
  /** Let go as soon as it has been packed: what is kept until a commit outlives the young generation. */
  input: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One kind of work. */
class Lane {
  readonly bulk: boolean;
  readonly maxJobs: number;
  readonly maxUnderWay: number;
  readonly waiting: Waiting[] = [];
  readonly underWay: Waiting[][] = [];

  constructor(bulk: boolean, maxJobs: number, maxUnderWay: number) {
    this.bulk = bulk;
    this.maxJobs = maxJobs;
    this.maxUnderWay = maxUnderWay;
  }

  /** Everything it holds, which it holds no longer. */
  takeAll(): Waiting[] {
    return [...this.underWay.splice(0).flat(), ...this.waiting.splice(0)];
  }
}

export class Writer {
  readonly #worker: Worker;
  readonly #interactive = new Lane(false, maxGroupJobs, interactiveUnderWay);
  readonly #bulk = new Lane(true, 1, bulkUnderWay);
  #feeding = false;
  #lost: Error | undefined;
  #closing: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  constructor(data: WriterData) {
    this.#worker = new Worker(new URL(`./writer-thread${import.meta.url.slice(-3)}`, import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    this.#worker.on('message', (answer: Partial<GroupAnswer>) => {
      // Under `node --watch` the runtime itself reports over this port which files the thread has read.
      if (answer.results) this.#answer(answer.bulk ? this.#bulk : this.#interactive, answer.results);
    });
    this.#worker.on('error', (cause) => this.#lose(cause));
    this.#worker.on('exit', () => this.#lose(new Error('the writer thread ended')));
  }

  /** Runs one write operation; resolves after its group is on disk. */
  write(name: WriteName, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#lost || this.#closing) {
        reject(unavailable(this.#lost ?? new Error('the store is closed')));
        return;
      }
      const lane = bulkWrites.has(name) ? this.#bulk : this.#interactive;
      lane.waiting.push({ name, input, resolve, reject });
      this.#feedSoon();
    });
  }

  /** @throws AppError `store_unavailable` when the thread is gone */
  check(): void {
    if (this.#lost) throw unavailable(this.#lost);
  }

  /** Takes nothing more, commits what was taken, and ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#feed();
    if (!this.#isIdle) await new Promise<void>((resolve) => (this.#drained = resolve));
    if (this.#lost) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.postMessage('close');
    await ended;
  }

  /** At the end of what runs now, so that operations which are ordered together commit together. */
  #feedSoon(): void {
    if (this.#feeding) return;
    this.#feeding = true;
    queueMicrotask(() => {
      this.#feeding = false;
      this.#feed();
    });
  }

  get #isIdle(): boolean {
    return this.#interactive.underWay.length + this.#bulk.underWay.length === 0;
  }

  #feed(): void {
    this.#feedLane(this.#interactive);
    this.#feedLane(this.#bulk);
  }

  #feedLane({ bulk, maxJobs, maxUnderWay, waiting, underWay }: Lane): void {
    while (underWay.length < maxUnderWay && waiting.length > 0) {
      const group = waiting.splice(0, maxJobs);
      underWay.push(group);
      const transfer: ArrayBuffer[] = [];
      const jobs = group.map((waiting) => pack(waiting, transfer));
      this.#worker.postMessage({ bulk, jobs } satisfies Group, transfer);
    }
  }

  #answer(lane: Lane, results: GroupAnswer['results']): void {
    const group = lane.underWay.shift() ?? [];
    this.#feedLane(lane);
    for (const [index, waiting] of group.entries()) {
      const result = results[index] as JobResult;
      if (result.ok) waiting.resolve(unpackOutput(waiting.name, result.value));
      else waiting.reject(toError(waiting.name, result.error));
    }
    if (this.#isIdle) this.#drained?.();
  }

  #lose(cause: Error): void {
    if (this.#lost) return;
    this.#lost = cause;
    for (const waiting of [...this.#interactive.takeAll(), ...this.#bulk.takeAll()]) {
      waiting.reject(unavailable(cause));
    }
    this.#drained?.();
  }
}

function pack(waiting: Waiting, transfer: ArrayBuffer[]): Job {
  const { name } = waiting;
  const input = packInput(name, waiting.input, transfer);
  waiting.input = undefined;
  return { name, input };
}

function unavailable(cause: Error): AppError {
  return new AppError('store_unavailable', 'The database cannot be written to.', { cause });
}

/** SQLite's primary result codes for "not now": busy, locked, I/O error, full, cannot open. */
const passing = new Set([5, 6, 10, 13, 14]);

function toError(
  name: WriteName,
  error: { message: string; stack: string | undefined; sqliteCode: number | undefined },
) {
  const cause = new Error(`${name}: ${error.message}`);
  if (error.stack !== undefined) cause.stack = error.stack;
  return error.sqliteCode !== undefined && passing.has(error.sqliteCode & 0xff) ? unavailable(cause) : cause;
}
