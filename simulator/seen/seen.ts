/** What a test, a demo or a benchmark asks about: everything that the simulator has seen. */
import { showFile } from '../files/file-store.ts';
import { showBatch } from '../life/batch.ts';
import { countDone } from '../life/live.ts';
import type { Enqueued } from '../life/token-ledger.ts';
import type { World } from '../world.ts';
import type { Overlap } from './call-ledger.ts';
import type { LineCounts } from './line-ledger.ts';

/** Counts only; cheap even with a million lines. */
export interface SeenSummary extends LineCounts {
  /** Batches created. */
  readonly batches: number;
  readonly batchesByStatus: Readonly<Record<string, number>>;
  /** Files uploaded or written. */
  readonly files: number;
  /** Files neither deleted nor expired. */
  readonly liveFiles: number;
  /** Pairs of calls about the same batch, file, file name or metadata that were under way at the same time. */
  readonly overlappingCalls: number;
  /** By route, by status code or by how the call ended without one. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By model family. */
  readonly enqueued: Readonly<Record<string, Enqueued>>;
  /** Milliseconds of simulator time. */
  readonly now: number;
}

export interface SeenBatch {
  /** The batch object of the API, also when clients no longer find it. */
  readonly batch: Readonly<Record<string, unknown>> & { readonly id: string; readonly status: string };
  /** Milliseconds of simulator time. */
  readonly history: readonly { readonly status: string; readonly at: number }[];
}

export interface Seen {
  readonly summary: SeenSummary;
  /** Live files, oldest first, as the API shows them. */
  readonly files: readonly Readonly<Record<string, unknown>>[];
  /** Oldest first. */
  readonly batches: readonly SeenBatch[];
  /** The first thousand. */
  readonly overlaps: readonly Overlap[];
  /** The first thousand custom_ids that were run in more than one batch. */
  readonly repeated: readonly SeenLine[];
}

export interface SeenLine {
  readonly custom_id: string;
  /** Ids of the batches that ran it; one that ran it twice stands there twice. */
  readonly batches: readonly string[];
  /** In how many of them it succeeded. */
  readonly succeeded: number;
}

const repeatedKept = 1_000;

export function summarise(world: World): SeenSummary {
  const batchesByStatus: Record<string, number> = {};
  for (const { status } of world.batches.all()) batchesByStatus[status] = (batchesByStatus[status] ?? 0) + 1;
  return {
    batches: world.batches.size,
    batchesByStatus,
    ...world.lines.counts(),
    ...world.files.counts(),
    overlappingCalls: world.calls.overlaps().count,
    calls: structuredClone(world.calls.counts()),
    enqueued: world.tokens.show(),
    now: world.clock.now(),
  };
}

export function lookAtAll(world: World): Seen {
  return {
    summary: summarise(world),
    files: world.files.list().map(showFile),
    batches: world.batches.all().map((batch) => ({
      batch: showBatch(batch, countDone(world, batch)) as SeenBatch['batch'],
      history: [...batch.history],
    })),
    overlaps: [...world.calls.overlaps().list],
    repeated: findRepeated(world),
  };
}

/** Every line that was run, one after the other. */
export function* listLines(world: World): Generator<SeenLine> {
  const batches = world.batches.all();
  for (const [customId, ordinals, succeeded] of world.lines.entries()) {
    yield { custom_id: customId, batches: ordinals.map((ordinal) => batches[ordinal]?.id ?? ''), succeeded };
  }
}

function findRepeated(world: World): SeenLine[] {
  const repeated: SeenLine[] = [];
  if (world.lines.counts().duplicates === 0) return repeated;
  for (const line of listLines(world)) {
    if (line.batches.length > 1) repeated.push(line);
    if (repeated.length === repeatedKept) break;
  }
  return repeated;
}
