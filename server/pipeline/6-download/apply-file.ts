/** Applies one result file in slices while it is downloaded: memory does not grow with the file. */
import { setImmediate as nextTurn, setTimeout as rest } from 'node:timers/promises';
import type { Line } from '../../../core/json/lines.ts';
import { lookUpRates, type ModelRates } from '../../../core/pricing.ts';
import type { Outcome } from '../../../core/request.ts';
import type { Context } from '../../context.ts';
import type { Held } from '../../engine/driver.ts';
import { reach } from '../../engine/kill-points.ts';
import type { ApplyOutput, Finding, Setback } from '../../store/batches/apply-results.ts';
import { type LineReader, readFile } from './read-file.ts';
import { readResult } from './read-result.ts';
import type { FileKind, SeenLines } from './seen-lines.ts';

/** A slice is as large as the writer gives to bulk work beside intake. */
const sliceRows = 200;
/** And not larger than this, so that large answers do not make large transactions. */
const sliceBytes = 500_000;
/** Slices given to the store before it has answered: two may share a commit, and two wait, so that it never idles. */
const slicesUnderWay = 4;
/**
 * While callers of intake wait, so many lines are judged in one turn, a third of a millisecond's work, and then others have
 * the thread for so long. A batch took hours; its results may take five seconds instead of one.
 */
const linesOfTurn = 20;
const restMs = 2;

/** Lines are judged while the store writes those before them, and while those behind them come. */
export async function applyFile(
  ctx: Context,
  held: Held,
  kind: FileKind,
  fileId: string,
  seen: SeenLines,
): Promise<void> {
  const file = new FileApplier(ctx, held, kind, seen);
  try {
    await readFile(ctx, fileId, held.signal, file);
    file.flush();
  } finally {
    // Also after an error: whoever tries again must not meet what is still under way.
    await file.settle();
  }
}

class Slice {
  readonly findings: Finding[] = [];
  readonly setbacks: Setback[] = [];
  bytes = 0;
  duplicates = 0;
  unknown = 0;

  get rows(): number {
    return this.findings.length + this.setbacks.length;
  }

  get full(): boolean {
    return this.rows >= sliceRows || this.bytes >= sliceBytes;
  }
}

class FileApplier implements LineReader {
  readonly #ctx: Context;
  readonly #held: Held;
  readonly #kind: FileKind;
  readonly #seen: SeenLines;
  readonly #rates: ModelRates | null;
  #slice = new Slice();
  #underWay: Promise<void>[] = [];
  #turnLines = 0;

  constructor(ctx: Context, held: Held, kind: FileKind, seen: SeenLines) {
    this.#ctx = ctx;
    this.#held = held;
    this.#kind = kind;
    this.#seen = seen;
    this.#rates = lookUpRates(held.batch.model);
  }

  /** What the try before has given to the store is waited for: it was counted under that try. */
  async begin(): Promise<void> {
    await this.settle();
    this.#seen.begin(this.#kind);
    this.#slice = new Slice();
  }

  async take(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      this.#collect(line);
      if (this.#slice.full) {
        this.flush();
        if (this.#underWay.length >= slicesUnderWay) await this.#underWay.shift();
        // What came meanwhile goes first: intake shares this thread.
        else await nextTurn();
      }
      this.#turnLines += 1;
      if (this.#turnLines >= linesOfTurn) await this.#giveWay();
    }
  }

  /** Callers of intake get most of this thread while they are here. */
  async #giveWay(): Promise<void> {
    this.#turnLines = 0;
    if (this.#ctx.callers.areHere) await rest(restMs);
  }

  /** Gives what was collected to the store. */
  flush(): void {
    const slice = this.#slice;
    this.#slice = new Slice();
    const applied = this.#apply(slice);
    // An error is met by whoever waits for this slice.
    applied.catch(() => undefined);
    this.#underWay.push(applied);
  }

  /** Resolves when nothing is under way. @throws the first error of a slice that nobody has waited for */
  async settle(): Promise<void> {
    const ends = await Promise.allSettled(this.#underWay.splice(0));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  #collect(line: Line): void {
    const slice = this.#slice;
    const result = line.kind === 'text' ? readResult(line.bytes, this.#rates) : null;
    if (!result || line.kind !== 'text') {
      this.#seen.noteUnknown(this.#kind);
      slice.unknown += 1;
    } else if (!this.#seen.note(this.#kind, result.requestId)) {
      slice.duplicates += 1;
    } else {
      slice.bytes += line.bytes.length;
      if ('line' in result) slice.findings.push(result);
      else slice.setbacks.push(result);
    }
  }

  /** Keeps nothing of the slice but its counts: what waits for a commit outlives the young generation. */
  #apply(slice: Slice): Promise<void> {
    this.#report(slice);
    if (slice.rows === 0) return Promise.resolve();
    const { batch, leaseToken, signal } = this.#held;
    signal.throwIfAborted();
    reach('download: lines read, nothing applied');
    const { store, clock } = this.#ctx;
    const { findings, setbacks } = slice;
    const outcomes = countOutcomes(findings);
    const applying = store.applyResults({
      batchId: batch.id,
      leaseToken,
      now: clock.now(),
      findings,
      setbacks,
    });
    return applying.then((output) => this.#noteApplied(outcomes, output));
  }

  #noteApplied(outcomes: ReadonlyMap<Outcome, number>, { held, strangers }: ApplyOutput): void {
    if (!held) throw new Error('the lease was lost while results were applied');
    const { metrics, wakeUps } = this.#ctx;
    for (const id of strangers) this.#seen.disown(this.#kind, id);
    if (strangers.length > 0) metrics.resultLines.inc({ kind: 'unknown' }, strangers.length);
    for (const [outcome, count] of outcomes) metrics.outcomes.inc({ outcome }, count);
    wakeUps.wake('outcomes');
    reach('download: some results applied');
  }

  #report({ rows, duplicates, unknown }: Slice): void {
    const { resultLines } = this.#ctx.metrics;
    const counts = { [this.#kind]: rows, duplicate: duplicates, unknown };
    for (const [kind, count] of Object.entries(counts)) if (count > 0) resultLines.inc({ kind }, count);
  }
}

function countOutcomes(findings: readonly Finding[]): Map<Outcome, number> {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of findings) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return counts;
}
