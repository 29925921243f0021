import type { ClockOptions } from './clock.ts';
import type { Rule, Script } from './scripts/rule.ts';

/** How long a batch stays in each state, in milliseconds of simulator time. Zeros: as fast as possible. */
export interface Timing {
  readonly validateMs: number;
  readonly runMs: number | { readonly base: number; readonly perRow: number };
  readonly finalizeMs: number;
  readonly cancelMs: number;
}

export interface SimulatorOptions {
  /** 0, the default: any free port. */
  readonly port?: number;
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** Undefined: any bearer that is not empty. */
  readonly apiKeys?: readonly string[] | undefined;
  readonly clock?: ClockOptions;
  /** Same seed and same lines: same answers. */
  readonly seed?: number;
  /** Where files are kept; undefined: a temporary folder that is removed at the end. */
  readonly dataDir?: string | undefined;
  readonly timing?: Partial<Timing>;
  /** Input tokens that may be enqueued, by model family ("gpt-4o-mini" holds its dated snapshots, too). */
  readonly tokenCaps?: Readonly<Record<string, number>>;
  /** Whether a cap refuses when the batch is created (400) or, like the real API, later. */
  readonly tokenCapAt?: 'late' | 'create';
  readonly scripts?: readonly (string | Script | Rule)[];
  /** Models that validation refuses with `model_not_found`, besides names that begin with `no-such-`. */
  readonly unknownModels?: readonly string[];
  /** Length of each answer's text in bytes; undefined: a few words. */
  readonly answerBytes?: number | undefined;
  /** Length of an embedding vector where the request names none; the real models have 1,536 and more. */
  readonly embeddingDimensions?: number;
}

export type Settings = Required<SimulatorOptions> & { readonly timing: Timing };

/** For tests and benchmarks: a batch is done in a fraction of a second. */
export const fastTiming: Timing = { validateMs: 50, runMs: 100, finalizeMs: 50, cancelMs: 100 };

/** About what small batches of the real API take (real API, 2025 and 2026). */
export const realTiming: Timing = {
  validateMs: 20_000,
  runMs: { base: 120_000, perRow: 20 },
  finalizeMs: 5_000,
  cancelMs: 180_000,
};

export function fillIn(options: SimulatorOptions): Settings {
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    apiKeys: options.apiKeys,
    clock: options.clock ?? { kind: 'real', scale: 1 },
    seed: options.seed ?? 1,
    dataDir: options.dataDir,
    timing: { ...fastTiming, ...options.timing },
    tokenCaps: options.tokenCaps ?? {},
    tokenCapAt: options.tokenCapAt ?? 'late',
    scripts: options.scripts ?? [],
    unknownModels: options.unknownModels ?? [],
    answerBytes: options.answerBytes,
    embeddingDimensions: options.embeddingDimensions ?? 8,
  };
}
