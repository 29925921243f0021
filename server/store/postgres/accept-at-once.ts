/**
 * Stores a group of arrivals in one statement, where nothing about it is unusual: every pair has an open batch in a free
 * slot, with room for all that comes and more. It decides nothing: what is not so is left to `acceptRequests`, which
 * this one is a shorter way of.
 */
import { addLoad, emptyLoad, type Load } from '../../../core/limits.ts';
import { hourMs } from '../figures/count-hour.ts';
import {
  type Acceptance,
  type AcceptInput,
  type AcceptOutput,
  type Arrival,
  acceptRequests,
  loadOf,
  pairLock,
  slotsOfPair,
} from '../intake/accept-requests.ts';
import { nameOfBatchKey } from '../intake/find-batch-key.ts';
import { nameOfDestination } from '../intake/find-destination.ts';
import type { SqlValue, Tx } from '../tx.ts';
import { encodeArray } from './encode-array.ts';
import type { Operation, Runner } from './runner.ts';

/**
 * Pairs come in the order of their keys, in which slots are taken; batches are locked in the order of their ids, and
 * rows of figures come last. Indexes: batches_open, requests_by_custom_id, primary keys.
 *
 * Nothing is joined by which all rows would be held against all: `is true` keeps what was stored a hash, where a planner that expects
 * one row would loop, and a body is
 * taken by its place, which steps over those before it and copies none.
 *
 * A batch is counted up by what was inserted. It is locked as it is now, not as it was when the statement began: one that
 * was closed meanwhile is not found, and then nothing is stored.
 */
const acceptSql = `
  with pairs as materialized (
    select sorted.*,
      (select slot from generate_series(0, ${slotsOfPair - 1}) as slots (slot)
       where pg_try_advisory_xact_lock(hashtextextended('${pairLock}' || slots.slot, sorted.key)) limit 1) as slot
    from (select * from unnest(cast(? as bigint[]), cast(? as text[]), cast(? as text[]), cast(? as bigint[]),
            cast(? as bigint[]), cast(? as bigint[]), cast(? as bigint[]))
            with ordinality as pair (key, endpoint, model, requests, bytes, inputs, tokens, nth)
          order by nth offset 0) as sorted),
  open as materialized (
    select b.id, pairs.key, pairs.slot, pairs.nth from pairs
    join batches b on b.endpoint = pairs.endpoint and b.model = pairs.model and b.slot = pairs.slot
      and b.state = 'building'
    where b.request_count - b.cancelled_count + pairs.requests < cast(? as bigint)
      and b.size_bytes + pairs.bytes < cast(? as bigint)
      and b.embedding_inputs + pairs.inputs < cast(? as bigint)
      and b.estimated_tokens + pairs.tokens < cast(? as bigint)
    order by b.id for update of b),
  arrived as materialized (
    select nextval('requests_id_seq') as id, ordered.* from (
      select a.*, open.id as batch_id, open.key, open.slot
      from unnest(cast(? as bigint[]), cast(? as text[]), cast(? as bytea[]), cast(? as bigint[]), cast(? as text[]),
          cast(? as text[]), cast(? as text[]), cast(? as bigint[]), cast(? as bigint[]), cast(? as bigint[]))
        with ordinality as a (pair, custom_id, content_hash, destination_id, delivery, tag, metadata, line_bytes,
          inputs, tokens, n)
      join open on open.nth = a.pair
      where (select count(*) from open) = (select count(*) from pairs)
      order by a.n offset 0) as ordered),
  stored as (
    insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, destination_id, delivery, tag,
      metadata, line_bytes, embedding_inputs, estimated_tokens, created_at, updated_at)
    select id, batch_id, key, custom_id, content_hash, 'pending', destination_id, delivery, tag, metadata, line_bytes,
      inputs, tokens, cast(? as bigint), cast(? as bigint) from arrived
    on conflict (custom_id) do nothing returning id),
  kept as materialized (select * from arrived where (id in (select id from stored)) is true),
  bodies as (insert into request_bodies (request_id, body) select id, (cast(? as bytea[]))[n] from kept),
  sums as materialized (
    select batch_id, key, slot, count(*) as requests, cast(sum(line_bytes) as bigint) as bytes,
      cast(sum(inputs) as bigint) as inputs, cast(sum(tokens) as bigint) as tokens
    from kept group by batch_id, key, slot),
  counted as (
    update batches set request_count = request_count + sums.requests, size_bytes = size_bytes + sums.bytes,
      embedding_inputs = batches.embedding_inputs + sums.inputs,
      estimated_tokens = estimated_tokens + sums.tokens
    from sums where batches.id = sums.batch_id),
  figures as (
    insert into hour_counts (batch_key_id, slot, hour, accepted)
    select key, slot, cast(? as bigint), requests from sums order by key, slot
    on conflict (hour, batch_key_id, slot) do update set accepted = hour_counts.accepted + excluded.accepted)
  select count(*) as arrived, min(id) as first,
    case when (select count(*) from kept) < count(*) or max(id) - min(id) + 1 > count(*)
      then (select coalesce(json_agg(json_build_array(n, id)), '[]') from kept) end as some
  from arrived`;

interface Answer {
  readonly arrived: number;
  readonly first: number;
  /** Positions, from 1, and ids of those that were stored; null where that is all, with ids in a row. */
  readonly some: string | null;
}

/** What was stored, in the order of arrival; null for what somebody has to look at more closely. */
type Stored = readonly (Acceptance | null)[];

/** The statement's parameters; null while a pair or a destination is not known. */
function valuesOf(known: ReadonlyMap<string, number>, input: AcceptInput): SqlValue[] | null {
  const pairs = new Map<string, Pair>();
  const rows: (readonly [Arrival, Pair, number | null])[] = [];
  for (const arrival of input.arrivals) {
    const pair = pairOf(pairs, known, arrival);
    const destination = arrival.destination && known.get(nameOfDestination(arrival.destination));
    if (!pair || destination === undefined) return null;
    pair.load = addLoad(pair.load, loadOf(arrival));
    rows.push([arrival, pair, destination]);
  }
  const sorted = [...pairs.values()].sort((a, b) => a.key - b.key);
  for (const [index, pair] of sorted.entries()) pair.nth = index + 1;
  return [...pairValues(sorted), ...limitValues(input), ...rowValues(rows), ...timeValues(input, rows)];
}

interface Pair {
  readonly key: number;
  readonly endpoint: string;
  readonly model: string;
  nth: number;
  load: Load;
}

function pairOf(
  pairs: Map<string, Pair>,
  known: ReadonlyMap<string, number>,
  { endpoint, model }: Arrival,
): Pair | undefined {
  const name = nameOfBatchKey(endpoint, model);
  const seen = pairs.get(name);
  if (seen) return seen;
  const key = known.get(name);
  if (key === undefined) return undefined;
  const pair = { key, endpoint, model, nth: 0, load: emptyLoad };
  pairs.set(name, pair);
  return pair;
}

function pairValues(pairs: readonly Pair[]): SqlValue[] {
  const numbers = (read: (pair: Pair) => number) => encodeArray('bigint', pairs.map(read));
  return [
    numbers(({ key }) => key),
    encodeArray(
      'text',
      pairs.map(({ endpoint }) => endpoint),
    ),
    encodeArray(
      'text',
      pairs.map(({ model }) => model),
    ),
    numbers(({ load }) => load.requests),
    numbers(({ load }) => load.bytes),
    numbers(({ load }) => load.embeddingInputs),
    numbers(({ load }) => load.tokens),
  ];
}

function limitValues({ limits }: AcceptInput): SqlValue[] {
  return [limits.maxRequests, limits.maxBytes, limits.maxEmbeddingInputs, limits.maxTokens];
}

function rowValues(rows: readonly (readonly [Arrival, Pair, number | null])[]): SqlValue[] {
  const list = (type: string, read: (arrival: Arrival) => SqlValue) =>
    encodeArray(
      type,
      rows.map(([arrival]) => read(arrival)),
    );
  return [
    encodeArray(
      'bigint',
      rows.map(([, pair]) => pair.nth),
    ),
    list('text', ({ customId }) => customId),
    list('bytea', ({ contentHash }) => contentHash),
    encodeArray(
      'bigint',
      rows.map(([, , destination]) => destination),
    ),
    list('text', ({ delivery }) => delivery),
    list('text', ({ tag }) => tag),
    list('text', ({ metadata }) => metadata),
    list('bigint', ({ lineBytes }) => lineBytes),
    list('bigint', ({ embeddingInputs }) => embeddingInputs),
    list('bigint', ({ estimatedTokens }) => estimatedTokens),
  ];
}

function timeValues({ now }: AcceptInput, rows: readonly (readonly [Arrival, ...unknown[]])[]): SqlValue[] {
  const bodies = encodeArray(
    'bytea',
    rows.map(([{ body }]) => body),
  );
  return [now, now, bodies, Math.floor(now / hourMs) * hourMs];
}

/** @param known is asked over the connection that is used: another server may have other ids */
async function storeAtOnce(
  tx: Tx,
  known: ReadonlyMap<string, number>,
  input: AcceptInput,
): Promise<Stored | null> {
  const values = valuesOf(known, input);
  const answer = values && (await tx.get<Answer>(acceptSql, ...values));
  return answer && answer.arrived > 0 ? readAnswer(answer) : null;
}

function readAnswer({ arrived, first, some }: Answer): Stored {
  const accepted = (requestId: number): Acceptance => ({ kind: 'accepted', requestId });
  if (some === null) return Array.from({ length: arrived }, (_, index) => accepted(first + index));
  const stored = new Array<Acceptance | null>(arrived).fill(null);
  for (const [n, id] of JSON.parse(some) as [number, number][]) stored[n - 1] = accepted(id);
  return stored;
}

/**
 * `acceptRequests`, in one round trip where that will do.
 *
 * @param known ids of committed rows
 */
export async function acceptShortly(
  runner: Runner,
  name: string,
  known: ReadonlyMap<string, number>,
  input: AcceptInput,
): Promise<AcceptOutput> {
  const accept = (arrivals: readonly Arrival[]) =>
    runner.run(name, acceptRequests as Operation, { ...input, arrivals }) as Promise<AcceptOutput>;
  const store: Operation = (tx) => storeAtOnce(tx, known, input);
  const stored = (await runner.runAtOnce(name, store, undefined)) as Stored | null;
  if (!stored) return accept(input.arrivals);
  // What has been stored before, with this content or other.
  const others = input.arrivals.filter((_, index) => !stored[index]);
  if (others.length === 0) return { acceptances: stored as Acceptance[], closed: false };
  const { acceptances, closed } = await accept(others);
  let next = 0;
  return { acceptances: stored.map((one) => one ?? (acceptances[next++] as Acceptance)), closed };
}
