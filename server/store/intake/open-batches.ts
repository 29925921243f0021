/** The open batches that one group of arrivals touches: read once, counted in memory, written once. */
import {
  addLoad,
  type BatchLimits,
  type CloseReason,
  emptyLoad,
  type Load,
  limitCrossed,
  limitReached,
  removeLoad,
} from '../../../core/limits.ts';
import { countHours, type Events } from '../figures/count-hour.ts';
import { bearBatch, moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

interface Rules {
  readonly now: number;
  readonly limits: BatchLimits;
  readonly maxAgeMs: number;
}

/** What a group fills, and in which of its open batches. */
export interface Pair {
  readonly endpoint: string;
  readonly model: string;
  readonly slot: number;
}

/** An open batch with what this group has added so far. */
export class OpenBatch {
  readonly id: number;
  held: Load;
  added: Load = emptyLoad;
  /** Opened for this very group. */
  readonly isNew: boolean;

  constructor(row: BatchRow, isNew: boolean) {
    this.id = row.id;
    this.isNew = isNew;
    this.held = loadOf(row);
  }

  add(load: Load): void {
    this.held = addLoad(this.held, load);
    this.added = addLoad(this.added, load);
  }

  takeBack(load: Load): void {
    this.held = removeLoad(this.held, load);
    this.added = removeLoad(this.added, load);
  }
}

/** What the file of a building batch would hold. */
function loadOf(row: BatchRow): Load {
  return {
    requests: row.request_count - row.cancelled_count,
    bytes: row.size_bytes,
    embeddingInputs: row.embedding_inputs,
    tokens: row.estimated_tokens,
  };
}

export class OpenBatches {
  readonly #tx: Tx;
  readonly #rules: Rules;
  readonly #byKey = new Map<string, OpenBatch>();
  readonly #slots = new Map<string, number>();
  readonly #accepted = new Map<number, Events>();
  readonly #flush: () => Promise<void>;
  #closed = false;

  /** @param flush stores what was given a batch so far and takes back what was not stored: a close must know */
  constructor(tx: Tx, rules: Rules, flush: () => Promise<void>) {
    this.#tx = tx;
    this.#rules = rules;
    this.#flush = flush;
  }

  /**
   * Looks up the open batches in the slots that this group fills. Open batches are as few as there are pairs, so all
   * of them may be looked at. Index: batches_open.
   */
  async fetch(pairs: readonly Pair[]): Promise<void> {
    for (const { endpoint, model, slot } of pairs) this.#slots.set(`${endpoint} ${model}`, slot);
    const [only] = pairs;
    const rows =
      pairs.length === 1 && only
        ? await this.#tx.all<BatchRow>(
            `select * from batches where endpoint = ? and model = ? and slot = ? and state = 'building'${this.#tx.forUpdate}`,
            only.endpoint,
            only.model,
            only.slot,
          )
        : await this.#tx.all<BatchRow>(
            `select * from batches where state = 'building'
               and endpoint || ' ' || model || ' ' || slot in ${this.#tx.textList}
             order by id${this.#tx.forUpdate}`,
            this.#tx.listOf(pairs.map(({ endpoint, model, slot }) => `${endpoint} ${model} ${slot}`)),
          );
    for (const row of rows) this.#byKey.set(`${row.endpoint} ${row.model}`, new OpenBatch(row, false));
  }

  /** The open batch of a pair, with room for `load`; closes a full one and opens the next. */
  async roomFor(endpoint: string, model: string, load: Load): Promise<OpenBatch> {
    const key = `${endpoint} ${model}`;
    let batch = this.#byKey.get(key);
    let crossed = batch && limitCrossed(batch.held, load, this.#rules.limits);
    if (batch && crossed && batch.added.requests > 0) {
      await this.#flush();
      crossed = limitCrossed(batch.held, load, this.#rules.limits);
    }
    if (batch && crossed) {
      await this.#close(batch, crossed);
      batch = undefined;
    }
    batch ??= new OpenBatch(await this.#open(endpoint, model), true);
    this.#byKey.set(key, batch);
    return batch;
  }

  /** Writes the counters and closes what is exactly full; true when any batch was closed. */
  async settle(): Promise<boolean> {
    await this.#flush();
    const filled: OpenBatch[] = [];
    for (const batch of this.#byKey.values()) {
      const reached = limitReached(batch.held, this.#rules.limits);
      if (batch.isNew && batch.held.requests === 0) await this.#takeBack(batch.id);
      else if (reached) await this.#close(batch, reached);
      else filled.push(batch);
    }
    await this.#count(filled);
    await countHours(this.#tx, this.#rules.now, this.#accepted);
    return this.#closed;
  }

  #open(endpoint: string, model: string): Promise<BatchRow> {
    const { now, maxAgeMs } = this.#rules;
    const slot = this.#slots.get(`${endpoint} ${model}`) ?? 0;
    const facts = { due_at: now + maxAgeMs, slot };
    return bearBatch(this.#tx, { move: 'open', endpoint, model, facts, actor: 'intake', now });
  }

  /** Opened for a request that turned out to be stored already: no empty batch stays behind. */
  async #takeBack(batchId: number): Promise<void> {
    await this.#tx.run('delete from transitions where batch_id = ?', batchId);
    await this.#tx.run('delete from batches where id = ?', batchId);
  }

  async #count(batches: readonly OpenBatch[]): Promise<void> {
    const filled = batches.filter(({ added }) => added.requests > 0);
    await this.#tx.each(
      `update batches
       set request_count = request_count + ?, size_bytes = size_bytes + ?,
           embedding_inputs = embedding_inputs + ?, estimated_tokens = estimated_tokens + ?
       where id = ?`,
      filled.map(({ id, added }) => [added.requests, added.bytes, added.embeddingInputs, added.tokens, id]),
    );
    for (const { id, added } of filled) this.#accepted.set(id, { accepted: added.requests });
  }

  async #close(batch: OpenBatch, reason: CloseReason): Promise<void> {
    const { now } = this.#rules;
    await this.#count([batch]);
    await moveBatch(this.#tx, {
      batchId: batch.id,
      move: 'close',
      facts: { close_reason: reason, closed_at: now, sent_count: batch.held.requests },
      actor: 'intake',
      reason: `limit reached: ${reason}`,
      now,
    });
    this.#closed = true;
  }
}
