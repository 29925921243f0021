/** What a workload is: two ways of doing the same work, what is counted, and what is aimed at. */
import type { Setup, StoreName } from './setup.ts';

/** What one run, ours or the floor's, has shown. Its correctness has been checked by then. */
export interface Sample {
  /** In the workload's unit: a rate, or a time. */
  readonly value: number;
  readonly p99Ms?: number;
  /** Peak resident memory of the process under test. */
  readonly memMb?: number;
  /** CPU time of the process under test, all its threads, for each request. */
  readonly cpuMsPerRequest?: number;
  /** Further figures by name, with their unit at the end: `stallMs`. */
  readonly more?: Readonly<Record<string, number>>;
}

/** A bound on a figure of ours: `ours`, `ratio`, `p99Ms`, `memMb`, or one of `more`. */
export interface Aim {
  readonly figure: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A workload that is ready: each call is one whole run. */
export interface Bench {
  ours(): Promise<Sample>;
  /** Left out where there is nothing to compare with. */
  readonly floor?: () => Promise<Sample>;
  /** Figures of ours that need a run of their own; told once, after the pairs. */
  readonly also?: () => Promise<Readonly<Record<string, number>>>;
  close?(): Promise<void>;
}

export interface Workload {
  readonly name: string;
  /** One line for the table. */
  readonly work: string;
  readonly floor: string;
  /** `/s` is better when higher, `s` and `%` when lower. */
  readonly unit: '/s' | 's' | '%';
  readonly aims: readonly Aim[];
  /** Where it can run. */
  readonly stores: readonly StoreName[];
  /** Runs only when it is named by --only, or with --long. */
  readonly long?: boolean;
  /** Further ratios by name: of which figure in `more` ours is divided by the floor's. */
  readonly ratios?: Readonly<Record<string, string>>;
  /** Pairs in a full run, and the most that --pairs gives it; five where it does not say. */
  readonly pairs?: number;
  prepare(setup: Setup): Promise<Bench>;
}
