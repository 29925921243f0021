/**
 * The main thread's side of the writer: two queues, one thread.
 *
 * Interactive work goes in groups that form by themselves while the group before is being committed. Bulk work
 * gives way: after each interactive group at most one bulk slice runs, and always one when any waits, so that
 * neither starves the other.
 */
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../core/errors.ts';
import { bulkWrites, type WriteName } from '../operations.ts';
import { packInput, unpackOutput } from './pack-operations.ts';
import type { Group, GroupAnswer, Job, JobResult, WriterData } from './protocol.ts';

/** Operations in one interactive group; an intake operation is itself a group of up to 256 rows. */
const maxGroupJobs = 64;
/** Groups given to the thread before it has answered: one at work, one waiting, so that it never idles. */
const maxGroupsUnderWay = 2;

/** The thread's garbage is short-lived and small; the default lets it keep some 50 MB of it. */
const youngGenerationMb = 8;

interface Waiting extends Job {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Writer {
  readonly #worker: Worker;
  readonly #interactive: Waiting[] = [];
  readonly #bulk: Waiting[] = [];
  readonly #underWay: Waiting[][] = [];
  #bulkNext = false;
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
      if (answer.results) this.#answer(answer.results);
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
      const queue = bulkWrites.has(name) ? this.#bulk : this.#interactive;
      queue.push({ name, input, resolve, reject });
      this.#feed();
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
    if (this.#underWay.length > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    if (this.#lost) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.postMessage('close');
    await ended;
  }

  #feed(): void {
    while (this.#underWay.length < maxGroupsUnderWay) {
      const group = this.#nextGroup();
      if (group.length === 0) return;
      this.#underWay.push(group);
      const transfer: ArrayBuffer[] = [];
      const jobs = group.map(({ name, input }) => ({ name, input: packInput(name, input, transfer) }));
      this.#worker.postMessage({ jobs } satisfies Group, transfer);
    }
  }

  #nextGroup(): Waiting[] {
    const bulkFirst = this.#bulkNext || this.#interactive.length === 0;
    if (bulkFirst && this.#bulk.length > 0) {
      this.#bulkNext = false;
      return this.#bulk.splice(0, 1);
    }
    this.#bulkNext = true;
    return this.#interactive.splice(0, maxGroupJobs);
  }

  #answer(results: GroupAnswer['results']): void {
    const group = this.#underWay.shift() ?? [];
    this.#feed();
    for (const [index, waiting] of group.entries()) {
      const result = results[index] as JobResult;
      if (result.ok) waiting.resolve(unpackOutput(waiting.name, result.value));
      else waiting.reject(toError(waiting.name, result.error));
    }
    if (this.#underWay.length === 0) this.#drained?.();
  }

  #lose(cause: Error): void {
    if (this.#lost) return;
    this.#lost = cause;
    const all = [...this.#underWay.flat(), ...this.#interactive.splice(0), ...this.#bulk.splice(0)];
    this.#underWay.length = 0;
    for (const waiting of all) waiting.reject(unavailable(cause));
    this.#drained?.();
  }
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
