/**
 * Stores one group of arriving requests, each in the open batch of its endpoint and model. A batch is closed
 * when a limit is reached, and before a request that would cross one; its producer notices nothing. One
 * conflicting request never fails its group: each is answered by what happened to it.
 */
import type { Endpoint } from '../../../core/endpoints.ts';
import type { BatchLimits } from '../../../core/limits.ts';
import type { Tx } from '../tx.ts';
import { findBatchKeyId } from './find-batch-key.ts';
import { findDestinationId } from './find-destination.ts';
import { OpenBatches } from './open-batches.ts';

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
  const open = new OpenBatches(tx, input);
  const firstId = await tx.reserveIds('requests', arrivals.length);
  const acceptances: Acceptance[] = [];
  for (const [index, arrival] of arrivals.entries()) {
    const requestId = firstId + index;
    const load = {
      requests: 1,
      bytes: arrival.lineBytes,
      embeddingInputs: arrival.embeddingInputs,
      tokens: arrival.estimatedTokens,
    };
    const batch = await open.roomFor(arrival.endpoint, arrival.model, load);
    const changed = await tx.run(
      insertRequest,
      requestId,
      batch.id,
      await findBatchKeyId(tx, arrival.endpoint, arrival.model),
      arrival.customId,
      arrival.contentHash,
      arrival.destination && (await findDestinationId(tx, arrival.destination, now)),
      arrival.delivery,
      arrival.tag,
      arrival.metadata,
      arrival.lineBytes,
      arrival.embeddingInputs,
      arrival.estimatedTokens,
      now,
      now,
    );
    if (changed === 0) {
      acceptances.push(await recogniseArrival(tx, arrival));
      continue;
    }
    await tx.run(insertBody, requestId, arrival.body);
    batch.add(load);
    acceptances.push({ kind: 'accepted', requestId });
  }
  return { acceptances, closed: await open.settle() };
}

async function recogniseArrival(tx: Tx, arrival: Arrival): Promise<Acceptance> {
  const stored = await tx.get<{ id: number; content_hash: Uint8Array }>(
    'select id, content_hash from requests where custom_id = ?',
    arrival.customId,
  );
  if (!stored) throw new Error('a request conflicted with one that is not there');
  const same =
    stored.content_hash.length === arrival.contentHash.length &&
    stored.content_hash.every((byte, index) => byte === arrival.contentHash[index]);
  return { kind: same ? 'same' : 'conflict', requestId: stored.id };
}
