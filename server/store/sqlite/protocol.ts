/** What the main thread and the writer thread say to each other. */
import type { WriteName } from '../operations.ts';

export interface WriterData {
  readonly path: string;
  /** A test option: each commit takes this much longer, as a slower disk would. */
  readonly fsyncDelayMs: number;
}

/** One operation of a group. */
export interface Job {
  readonly name: WriteName;
  readonly input: unknown;
}

/** Operations that commit together. */
export interface Group {
  /** Whether it is a slice of bulk work, which gives way. */
  readonly bulk: boolean;
  readonly jobs: readonly Job[];
}

export interface ThreadError {
  readonly message: string;
  readonly stack: string | undefined;
  /** SQLite's result code, when the error is its own. */
  readonly sqliteCode: number | undefined;
}

export type JobResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ThreadError };

/** One answer for each job of a group, in its order. */
export interface GroupAnswer {
  readonly bulk: boolean;
  readonly results: readonly JobResult[];
}
