/**
 * Stores one group of arriving requests, each in the open batch of its endpoint and model. A batch is closed
 * when a limit is reached, and before a request that would cross one; its producer notices nothing. One
 * conflicting request never fails its group: each is answered by what happened to it.
 */
import type { Endpoint } from '../../../core/endpoints.ts';
import type { BatchLimits, Load } from '../../../core/limits.ts';
import type { SqlValue, Tx } from '../tx.ts';
import { findBatchKeyId } from './find-batch-key.ts';
import { findDestinationId, nameOfDestination } from './find-destination.ts';
import { type OpenBatch, OpenBatches, type Pair } from './open-batches.ts';

/** A request that has passed every check. */
export interface Arrival {
  readonly customId: string;
  /** SHA-256 over everything that makes two posts the same. */
  readonly contentHash: Uint8Array;
  readonly endpoint: Endpoint;
  readonly model: string;
  /** One line of JSON. */
  readonly body: Uint8Array;
  /** Bytes of its line in the input file. */
  readonly lineBytes: number;
  readonly embeddingInputs: number;
  readonly estimatedTokens: number;
  /** Null for delivery type `none`. */
  readonly destination: { readonly type: string; readonly address: string } | null;
  /** JSON text of the delivery configuration. */
  readonly delivery: string;
  readonly tag: string | null;
  /** JSON text. */
  readonly metadata: string | null;
}

export interface AcceptInput {
  readonly now: number;
  readonly limits: BatchLimits;
  /** A batch closes this long after its first request. */
  readonly maxAgeMs: number;
  readonly arrivals: readonly Arrival[];
}

/** `same`: stored before with the same content. `conflict`: the custom_id is taken by other content. */
export interface Acceptance {
  readonly kind: 'accepted' | 'same' | 'conflict';
  readonly requestId: number;
}

export interface AcceptOutput {
  readonly acceptances: Acceptance[];
  /** Whether a batch was closed, so that somebody may upload it. */
  readonly closed: boolean;
}

const insertRequest = `
  insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, destination_id, delivery,
    tag, metadata, line_bytes, embedding_inputs, estimated_tokens, created_at, updated_at)
  values (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (custom_id) do nothing`;
const insertBody = 'insert into request_bodies (request_id, body) values (?, ?)';

export async function acceptRequests(tx: Tx, input: AcceptInput): Promise<AcceptOutput> {
  const { now, arrivals } = input;
  const group = new Group(tx, now);
  const open = new OpenBatches(tx, input, () => group.flush());
  await makeDestinations(tx, arrivals, now);
  const pairs = takePairs(tx, arrivals);
  // Does not depend on the pairs, so it does not wait for their answer.
  const ids = tx.reserveIds('requests', arrivals.length);
  await open.fetch((await Promise.all([pairs, ids]))[0]);
  const firstId = await ids;
  for (const [index, arrival] of arrivals.entries()) {
    const load = loadOf(arrival);
    const batch = await open.roomFor(arrival.endpoint, arrival.model, load);
    batch.add(load);
    await group.add({ requestId: firstId + index, arrival, batch, load });
  }
  const closed = await open.settle();
  return { acceptances: group.acceptances, closed };
}

/** What a request adds to its batch. */
export function loadOf({ lineBytes, embeddingInputs, estimatedTokens }: Arrival): Load {
  return { requests: 1, bytes: lineBytes, embeddingInputs, tokens: estimatedTokens };
}

/** By this name, and the ids of pairs, groups keep out of each other's slots. */
export const pairLock = 'batch_keys';

/**
 * Open batches that one pair may have at once: more than the groups that a few replicas have under way for it, so
 * that none waits for another's commit; fewer than would cut a day's work into crumbs.
 */
export const slotsOfPair = 8;

/** Groups that fill the same open batch go one after another; those that meet take different ones. */
async function takePairs(tx: Tx, arrivals: readonly Arrival[]): Promise<Pair[]> {
  const byKey = new Map(arrivals.map(({ endpoint, model }) => [`${endpoint} ${model}`, { endpoint, model }]));
  const byId = new Map<number, { readonly endpoint: string; readonly model: string }>();
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, pair] of sorted) byId.set(await findBatchKeyId(tx, pair.endpoint, pair.model), pair);
  const slots = await tx.takeSlots(pairLock, [...byId.keys()], slotsOfPair);
  return [...byId].map(([key, pair]) => ({ ...pair, key, slot: slots.get(key) ?? 0 }));
}

/**
 * Destinations that come for the first time: before any batch is taken, and in one order. Whoever makes the same one
 * meanwhile waits for us.
 */
async function makeDestinations(tx: Tx, arrivals: readonly Arrival[], now: number): Promise<void> {
  const fresh = new Map<string, NonNullable<Arrival['destination']>>();
  for (const { destination } of arrivals) {
    if (destination === null) continue;
    const name = nameOfDestination(destination);
    if (tx.known.get(name) === undefined) fresh.set(name, destination);
  }
  const sorted = [...fresh].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, destination] of sorted) await findDestinationId(tx, destination, now);
}

interface Placed {
  readonly requestId: number;
  readonly arrival: Arrival;
  readonly batch: OpenBatch;
  readonly load: Load;
}

/** Arrivals that have a batch, stored as a set. */
class Group {
  /** In the order of the arrivals. */
  readonly acceptances: Acceptance[] = [];
  readonly #tx: Tx;
  readonly #now: number;
  #placed: Placed[] = [];
  #rows: SqlValue[][] = [];

  constructor(tx: Tx, now: number) {
    this.#tx = tx;
    this.#now = now;
  }

  async add(placed: Placed): Promise<void> {
    const { requestId, arrival, batch } = placed;
    this.#placed.push(placed);
    this.#rows.push([
      requestId,
      batch.id,
      await findBatchKeyId(this.#tx, arrival.endpoint, arrival.model),
      arrival.customId,
      arrival.contentHash,
      arrival.destination && (await findDestinationId(this.#tx, arrival.destination, this.#now)),
      arrival.delivery,
      arrival.tag,
      arrival.metadata,
      arrival.lineBytes,
      arrival.embeddingInputs,
      arrival.estimatedTokens,
      this.#now,
      this.#now,
    ]);
  }

  /** Stores what was added; what turns out to be known is taken out of its batch again. */
  async flush(): Promise<void> {
    const placed = this.#placed;
    if (placed.length === 0) return;
    const bodies = placed.map(({ requestId, arrival }) => [requestId, arrival.body]);
    // Side by side: known ones are rare, and the body of such a one is taken out again.
    const [changed] = await Promise.all([
      this.#tx.each(insertRequest, this.#rows),
      this.#tx.each(insertBody, bodies),
    ]);
    this.#placed = [];
    this.#rows = [];
    const others = placed.filter((_, index) => changed[index] !== 1);
    for (const { batch, load } of others) batch.takeBack(load);
    await this.#tx.each(
      'delete from request_bodies where request_id = ?',
      others.map(({ requestId }) => [requestId]),
    );
    const known = await recogniseArrivals(this.#tx, others);
    for (const { requestId } of placed) {
      this.acceptances.push(known.get(requestId) ?? { kind: 'accepted', requestId });
    }
  }
}

/** Index: requests_by_custom_id. @returns by the id that was meant for them */
async function recogniseArrivals(tx: Tx, placed: readonly Placed[]): Promise<Map<number, Acceptance>> {
  if (placed.length === 0) return new Map();
  const rows = await tx.all<{ id: number; custom_id: string; content_hash: Uint8Array }>(
    `select id, custom_id, content_hash from requests where custom_id in ${tx.textList}`,
    tx.listOf(placed.map(({ arrival }) => arrival.customId)),
  );
  const byCustomId = new Map(rows.map((row) => [row.custom_id, row]));
  return new Map(
    placed.map(({ requestId, arrival }) => {
      const stored = byCustomId.get(arrival.customId);
      if (!stored) throw new Error('a request conflicted with one that is not there');
      const same =
        stored.content_hash.length === arrival.contentHash.length &&
        stored.content_hash.every((byte, index) => byte === arrival.contentHash[index]);
      return [requestId, { kind: same ? 'same' : 'conflict', requestId: stored.id }];
    }),
  );
}
