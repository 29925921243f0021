/**
 * Writes the results of sent lines in the order of the lines. The first line without a result leads: its batch is
 * waited for, then all results of that batch are read at once and sorted by a file on disk. So memory is flat, and
 * a batch is read once however many lines it holds.
 */
import type { BatchState } from '../../../../core/batch.ts';
import { LineSplitter, readLines } from '../../../../core/json/lines.ts';
import { systemClock } from '../../../engine/clock.ts';
import type { OpenLine, OrderSpool } from '../../../store/spool/order-spool.ts';
import type { Io } from '../command.ts';
import { countInWords } from '../in-words.ts';
import { ProgressBar } from '../progress-bar.ts';
import { type Service, ServiceRefused, ServiceUnreachable } from '../service.ts';
import { writeOut } from '../write-out.ts';

/** How long one look is held open by the service, in seconds. */
const heldS = 20;
/** Pause after a look that brought nothing. */
const pauseMs = 500;
/** A service that restarts is waited for this long. */
const patienceMs = 15 * 60_000;
const longestResult = 500_000_000;

interface RequestLook {
  readonly batch_id: number;
  readonly outcome: string | null;
  readonly result: unknown;
}

interface BatchLook {
  readonly state: BatchState;
  readonly settled_at: string | null;
}

/** States from which on every result of a batch is stored. */
const allStored: ReadonlySet<BatchState> = new Set<BatchState>(['ready_to_deliver', 'delivering', 'done']);

export class ResultWait {
  readonly #service: Service;
  readonly #spool: OrderSpool;
  readonly #io: Io;
  readonly #bar: ProgressBar;
  #silentSince: number | null = null;

  constructor(service: Service, spool: OrderSpool, io: Io) {
    this.#service = service;
    this.#spool = spool;
    this.#io = io;
    this.#bar = new ProgressBar(io.err);
  }

  /** Resolves when every line has its result. */
  async run(): Promise<void> {
    const newline = Buffer.from('\n');
    for (;;) {
      for (const answer of this.#spool.take()) {
        this.#bar.clear();
        await writeOut(this.#io.out, Buffer.concat([answer, newline]));
      }
      const open = this.#spool.firstOpen();
      if (open === undefined) break;
      await this.#follow(open);
    }
    this.#bar.clear();
  }

  async #follow(open: OpenLine): Promise<void> {
    try {
      if (!(await this.#look(open))) await systemClock.pause(pauseMs);
      this.#silentSince = null;
    } catch (error) {
      if (!(error instanceof ServiceUnreachable)) throw error;
      this.#silentSince ??= Date.now();
      if (Date.now() - this.#silentSince > patienceMs) throw error;
      this.#bar.draw(this.#share(), 'the service does not answer; waiting for it');
      await systemClock.pause(pauseMs);
    }
  }

  /** @returns whether the line has its result now */
  async #look({ line, customId }: OpenLine): Promise<boolean> {
    if (customId === null) {
      this.#spool.answerLine(line, errorLine(null, 'refused', 'The line was refused.'));
      return true;
    }
    const request = await this.#findRequest(customId);
    if (request === null) {
      this.#spool.answerLine(
        line,
        errorLine(customId, 'not_found', 'The service does not keep this request.'),
      );
      return true;
    }
    const batch = await this.#service.json<BatchLook>(`/api/batches/${request.batch_id}`);
    this.#tell(request.batch_id, batch);
    if (request.outcome === null) return false;
    const complete = allStored.has(batch.state) || batch.settled_at !== null;
    // A request that was stopped by itself has an outcome while its batch goes on without it.
    if (!complete && batch.state !== 'building') return false;
    if (complete) await this.#readBatch(request.batch_id);
    // Nothing happens where the batch has brought it; otherwise it cannot come any other way.
    this.#spool.answerLine(line, Buffer.from(JSON.stringify(request.result)));
    return true;
  }

  async #findRequest(customId: string): Promise<RequestLook | null> {
    try {
      return await this.#service.json<RequestLook>(`/api/requests/${encodeURIComponent(customId)}`, {
        query: { wait: String(heldS) },
      });
    } catch (error) {
      if (error instanceof ServiceRefused && error.status === 404) return null;
      throw error;
    }
  }

  async #readBatch(id: number): Promise<void> {
    const chunks = this.#service.stream('/api/results', { query: { batch: String(id) } });
    const splitter = new LineSplitter({ maxLength: longestResult, blankLines: 'skip' });
    for await (const lines of readLines(chunks, splitter)) {
      for (const line of lines) {
        if (line.kind !== 'text') continue;
        const { custom_id } = JSON.parse(Buffer.from(line.bytes).toString('utf8')) as { custom_id: string };
        this.#spool.answer(custom_id, line.bytes);
      }
      this.#bar.draw(this.#share(), `${this.#counts()}, reading batch ${id}`);
    }
  }

  #tell(id: number, { state }: BatchLook): void {
    const hint = state === 'building' ? ' (--now closes it at once)' : '';
    this.#bar.draw(this.#share(), `${this.#counts()}, batch ${id} ${state}${hint}`);
  }

  #share(): number {
    return this.#spool.answered / Math.max(this.#spool.lines, 1);
  }

  #counts(): string {
    return `${countInWords(this.#spool.answered)} of ${countInWords(this.#spool.lines)} results`;
  }
}

/** The shape of a result for a line that has none. */
export function errorLine(customId: string | null, code: string, message: string): Uint8Array {
  return Buffer.from(
    JSON.stringify({ id: null, custom_id: customId, response: null, error: { code, message } }),
  );
}
