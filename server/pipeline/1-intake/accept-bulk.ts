/**
 * Many requests in one stream of JSON lines, of any length, in constant memory. Lines are stored in groups as they
 * arrive; a stream that is cut keeps what was stored, and sending it again is safe, since every line is known by
 * its custom_id. One bad line refuses itself and nothing else.
 */
import { AppError, type ErrorCode } from '../../../core/errors.ts';
import { type Line, LineSplitter, readLines } from '../../../core/json/lines.ts';
import type { Context } from '../../context.ts';
import type { AcceptOutput, Arrival } from '../../store/intake/accept-requests.ts';
import { checkTarget, rulesOf } from './accept-request.ts';
import type { TargetCheck } from './check-target.ts';
import type { IntakeGate } from './intake-gate.ts';
import { type Completion, type IntakeRules, readArrival } from './read-arrival.ts';

/** Rows of one transaction: small enough to leave single requests their pace (measured: 200 leave 92 %). */
const groupRows = 200;
const groupBytes = 4_000_000;
/** Groups under way before reading waits: the store works while the next is read. */
const groupsUnderWay = 2;
/**
 * More where they only wait for one writer, and while they are small: reading goes on while that folds its log back, which
 * takes as long as several groups. On PostgreSQL each would fill an open batch of its own.
 */
const queued = { groups: 4, bytes: 4_000_000 };
/** Refusals told in detail; the rest is counted. */
export const mostRefusals = 10_000;

export interface Refusal {
  /** 1-based line of the input. */
  readonly line: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly pointer: string | null;
}

export interface BulkTotals {
  lines: number;
  accepted: number;
  /** Stored before with the same content. */
  same: number;
  refused: number;
  readonly refusals: Refusal[];
  /** Why the rest of the input was not read, if it was not. */
  stopped: { readonly code: ErrorCode; readonly detail: string } | null;
}

export class BulkIntake {
  readonly #ctx: Context;
  readonly #gate: Pick<IntakeGate, 'check'>;
  readonly #rules: IntakeRules;
  readonly #targets: TargetCheck;
  readonly #completion: Completion | undefined;
  readonly #underWay = new Set<Promise<void>>();
  /** Side by side: the arrivals of a group, and the lines they came on. */
  #arrivals: Arrival[] = [];
  #lines: number[] = [];
  #groupBytes = 0;
  #bytesUnderWay = 0;
  #failure: unknown;
  readonly totals: BulkTotals = { lines: 0, accepted: 0, same: 0, refused: 0, refusals: [], stopped: null };

  constructor(ctx: Context, gate: Pick<IntakeGate, 'check'>, targets: TargetCheck, completion?: Completion) {
    this.#ctx = ctx;
    this.#gate = gate;
    this.#completion = completion;
    this.#rules = rulesOf(ctx);
    this.#targets = targets;
  }

  /** Reads the stream to its end, or until intake is shut; everything counted as accepted is on disk. */
  async read(chunks: AsyncIterable<Uint8Array>): Promise<BulkTotals> {
    const splitter = new LineSplitter({
      maxLength: this.#ctx.settings.BODY_LIMIT_BYTES,
      blankLines: 'skip',
    });
    try {
      for await (const lines of readLines(chunks, splitter)) {
        for (const line of lines) {
          const waiting = this.#take(line);
          if (waiting) await waiting;
        }
      }
      await this.#flush();
    } catch (error) {
      this.#stop(error);
    }
    await Promise.all(this.#underWay);
    if (this.#failure !== undefined) this.#stop(this.#failure);
    return this.totals;
  }

  /** Undefined when nothing has to be waited for, as with nearly every line. */
  #take(line: Line): Promise<void> | undefined {
    this.totals.lines += 1;
    if (line.kind !== 'text') {
      const limit = this.#ctx.settings.BODY_LIMIT_BYTES;
      this.#refuse(line.number, new AppError('payload_too_large', `The line is longer than ${limit} bytes.`));
      return undefined;
    }
    try {
      const arrival = readArrival(line.bytes, this.#rules, this.#completion);
      const looking = checkTarget(this.#targets, arrival);
      if (looking) return this.#addAfter(looking, line.number, arrival);
      return this.#add(line.number, arrival);
    } catch (error) {
      this.#refuse(line.number, error);
      return undefined;
    }
  }

  async #addAfter(looking: Promise<void>, line: number, arrival: Arrival): Promise<void> {
    try {
      await looking;
    } catch (error) {
      return this.#refuse(line, error);
    }
    await this.#add(line, arrival);
  }

  #add(line: number, arrival: Arrival): Promise<void> | undefined {
    this.#arrivals.push(arrival);
    this.#lines.push(line);
    this.#groupBytes += arrival.lineBytes;
    const full = this.#lines.length >= groupRows || this.#groupBytes >= groupBytes;
    return full ? this.#flush() : undefined;
  }

  /** Hands a group to the store, and waits only when enough are under way. */
  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    this.#gate.check();
    const bytes = this.#groupBytes;
    while (!this.#hasRoom(bytes)) await Promise.race(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure;
    const storing = this.#store()
      .catch((error) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#underWay.delete(storing);
        this.#bytesUnderWay -= bytes;
      });
    this.#underWay.add(storing);
    this.#bytesUnderWay += bytes;
  }

  #hasRoom(bytes: number): boolean {
    const { size } = this.#underWay;
    if (size < groupsUnderWay) return true;
    const { dialect } = this.#ctx.store;
    return dialect === 'sqlite' && size < queued.groups && this.#bytesUnderWay + bytes <= queued.bytes;
  }

  /** Keeps nothing of the group but its lines: what waits for a commit outlives the young generation. */
  #store(): Promise<void> {
    const { store, clock, settings } = this.#ctx;
    const lines = this.#lines;
    const storing = store.acceptBulk({
      now: clock.now(),
      limits: this.#rules.limits,
      maxAgeMs: settings.BATCH_MAX_AGE_MS,
      arrivals: this.#arrivals,
    });
    this.#arrivals = [];
    this.#lines = [];
    this.#groupBytes = 0;
    return storing.then((output) => this.#count(lines, output));
  }

  #count(lines: readonly number[], { acceptances, closed }: AcceptOutput): void {
    const { metrics, wakeUps } = this.#ctx;
    let accepted = 0;
    for (const [index, { kind }] of acceptances.entries()) {
      if (kind === 'accepted') accepted += 1;
      else if (kind === 'same') this.totals.same += 1;
      else this.#refuse(lines[index] ?? 0, taken);
    }
    this.totals.accepted += accepted;
    if (accepted > 0) metrics.requestsAccepted.inc({ door: 'bulk' }, accepted);
    if (closed) wakeUps.wake('upload');
  }

  #refuse(line: number, error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    this.totals.refused += 1;
    this.#ctx.metrics.requestsRefused.inc({ door: 'bulk', code: error.code });
    if (this.totals.refusals.length >= mostRefusals) return;
    const { code, message: detail, pointer = null } = error;
    this.totals.refusals.push({ line, code, detail, pointer });
  }

  #nameFault(error: unknown): AppError {
    if (error !== this.#failure) {
      return new AppError('malformed_json', `The stream broke: ${(error as Error).message}`);
    }
    this.#ctx.log.error({ event: 'bulk_failed', err: error });
    return new AppError('internal_error', 'Something went wrong here; the log tells what.');
  }

  #stop(error: unknown): void {
    const { code, message } = error instanceof AppError ? error : this.#nameFault(error);
    this.totals.stopped ??= { code, detail: message };
  }
}

const taken = new AppError(
  'duplicate_custom_id',
  'Another request has this custom_id and other content. Choose another custom_id.',
  { pointer: '/custom_id' },
);
