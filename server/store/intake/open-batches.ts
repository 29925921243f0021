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
import { countAt, type Happened } from '../figures/count-hour.ts';
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
  /** Its id. */
  readonly key: number;
  readonly endpoint: string;
  readonly model: string;
  readonly slot: number;
}

const columns =
  'id, endpoint, model, request_count, cancelled_count, size_bytes, embedding_inputs, estimated_tokens';
type OpenRow = Pick<
  BatchRow,
  | 'id'
  | 'endpoint'
  | 'model'
  | 'request_count'
  | 'cancelled_count'
  | 'size_bytes'
  | 'embedding_inputs'
  | 'estimated_tokens'
>;

/** An open batch with what this group has added so far. */
export class OpenBatch {
  readonly id: number;
  readonly pair: Pair;
  held: Load;
  added: Load = emptyLoad;
  /** Opened for this very group. */
  readonly isNew: boolean;

  constructor(row: OpenRow, pair: Pair, isNew: boolean) {
    this.id = row.id;
    this.pair = pair;
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
function loadOf(row: OpenRow): Load {
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
  readonly #pairs = new Map<string, Pair>();
  readonly #accepted: Happened[] = [];
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
    for (const pair of pairs) this.#pairs.set(`${pair.endpoint} ${pair.model}`, pair);
    const [only] = pairs;
    const rows =
      pairs.length === 1 && only
        ? await this.#tx.all<OpenRow>(
            `select ${columns} from batches where endpoint = ? and model = ? and slot = ? and state = 'building'${this.#tx.forUpdate}`,
            only.endpoint,
            only.model,
            only.slot,
          )
        : await this.#tx.all<OpenRow>(
            `select ${columns} from batches where state = 'building'
               and endpoint || ' ' || model || ' ' || slot in ${this.#tx.textList}
             order by id${this.#tx.forUpdate}`,
            this.#tx.listOf(pairs.map(({ endpoint, model, slot }) => `${endpoint} ${model} ${slot}`)),
          );
    for (const row of rows) {
      const key = `${row.endpoint} ${row.model}`;
      this.#byKey.set(key, new OpenBatch(row, this.#pairOf(key), false));
    }
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
    batch ??= await this.#open(this.#pairOf(key));
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
    const counted = this.#count(filled);
    await Promise.all([counted, countAt(this.#tx, this.#rules.now, this.#accepted)]);
    return this.#closed;
  }

  #pairOf(key: string): Pair {
    const pair = this.#pairs.get(key);
    if (!pair) throw new Error(`nobody said that ${key} would be filled`);
    return pair;
  }

  async #open(pair: Pair): Promise<OpenBatch> {
    const { now, maxAgeMs } = this.#rules;
    const { endpoint, model, slot } = pair;
    const facts = { due_at: now + maxAgeMs, slot };
    const row = await bearBatch(this.#tx, { move: 'open', endpoint, model, facts, actor: 'intake', now });
    return new OpenBatch(row, pair, true);
  }

  /** Opened for a request that turned out to be stored already: no empty batch stays behind. */
  async #takeBack(batchId: number): Promise<void> {
    await this.#tx.run('delete from transitions where batch_id = ?', batchId);
    await this.#tx.run('delete from batches where id = ?', batchId);
  }

  async #count(batches: readonly OpenBatch[]): Promise<void> {
    const filled = batches.filter(({ added }) => added.requests > 0);
    for (const { pair, added } of filled) {
      this.#accepted.push({ key: pair.key, slot: pair.slot, events: { accepted: added.requests } });
    }
    await this.#tx.each(
      `update batches
       set request_count = request_count + ?, size_bytes = size_bytes + ?,
           embedding_inputs = embedding_inputs + ?, estimated_tokens = estimated_tokens + ?
       where id = ?`,
      filled.map(({ id, added }) => [added.requests, added.bytes, added.embeddingInputs, added.tokens, id]),
    );
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
