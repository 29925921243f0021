/** Destinations as operators see and edit them. */
import type { DestinationType } from '../../../core/destination.ts';
import type { DestinationRow } from '../rows.ts';
import type { SqlValue, Tx } from '../tx.ts';

/** Oldest first, paged by id. */
export async function listDestinations(
  tx: Tx,
  input: { readonly afterId: number; readonly limit: number },
): Promise<DestinationRow[]> {
  return tx.all<DestinationRow>(
    'select * from destinations where id > ? order by id limit ?',
    input.afterId,
    input.limit,
  );
}

export async function getDestination(
  tx: Tx,
  input: { readonly id: number },
): Promise<DestinationRow | undefined> {
  return tx.get<DestinationRow>('select * from destinations where id = ?', input.id);
}

/** Those with an open breaker, longest first. Index: destinations_open. */
export async function listBroken(tx: Tx, input: { readonly limit: number }): Promise<DestinationRow[]> {
  return tx.all<DestinationRow>(
    `select * from destinations where breaker = 'open' order by breaker_opened_at, id limit ?`,
    input.limit,
  );
}

/** Origins with a path prefix: destinations that intake must know by more than their origin. */
export async function listPrefixed(tx: Tx): Promise<{ address: string }[]> {
  return tx.all<{ address: string }>(
    `select address from destinations where type = 'webhook' and address like 'http%://%/%' limit 10000`,
  );
}

/** What waits for a destination, and what it did not get; each counted up to `most`. */
export async function countOfDestination(
  tx: Tx,
  input: { readonly id: number; readonly most: number },
): Promise<{ delivering: number; deliveryFailed: number }> {
  // Indexes: requests_due, requests_failed_by_destination.
  const counts = await tx.get<{ delivering: number; failed: number }>(
    `select (select count(*) from (select 1 from requests
               where state = 'delivering' and destination_id = ? limit ?) as d) as delivering,
            (select count(*) from (select 1 from requests
               where state = 'delivery_failed' and destination_id = ? limit ?) as f) as failed`,
    input.id,
    input.most,
    input.id,
    input.most,
  );
  return { delivering: counts?.delivering ?? 0, deliveryFailed: counts?.failed ?? 0 };
}

/** Makes a destination before its first use, or finds it. */
export async function createDestination(
  tx: Tx,
  input: {
    readonly type: DestinationType;
    readonly address: string;
    readonly actor: string;
    readonly now: number;
  },
): Promise<DestinationRow> {
  const { type, address, actor, now } = input;
  await tx.run(
    `insert into destinations (type, address, created_at, updated_at, updated_by) values (?, ?, ?, ?, ?)
     on conflict (type, address) do nothing`,
    type,
    address,
    now,
    now,
    actor,
  );
  const row = await tx.get<DestinationRow>(
    'select * from destinations where type = ? and address = ?',
    type,
    address,
  );
  if (!row) throw new Error('a destination was made and not found');
  return row;
}

/** What an operator may set. */
export type DestinationFacts = Partial<
  Pick<
    DestinationRow,
    | 'schedule_ms'
    | 'connect_timeout_ms'
    | 'answer_timeout_ms'
    | 'concurrency'
    | 'rate_per_s'
    | 'breaker_off'
    | 'sealed'
    | 'secret_overlap_until'
    | 'paused_at'
    | 'paused_by'
    | 'breaker'
    | 'breaker_opened_at'
    | 'holds_since'
    | 'failures'
    | 'failing_since'
    | 'probes'
    | 'blocked_until'
    | 'recovering_since'
    | 'look_at'
  >
>;

/**
 * Edits a destination; the next attempt follows. With `ifVersion`, only what nobody else has edited meanwhile.
 *
 * @returns the row as it is now, or null
 */
export async function editDestination(
  tx: Tx,
  input: {
    readonly id: number;
    readonly ifVersion: number;
    readonly facts: DestinationFacts;
    readonly actor: string;
    readonly now: number;
  },
): Promise<DestinationRow | null> {
  const columns = Object.keys(input.facts);
  const row = await tx.get<DestinationRow>(
    `update destinations set version = version + 1, updated_at = ?, updated_by = ?
       ${columns.map((column) => `, ${column} = ?`).join('')}
     where id = ? and version = ? returning *`,
    input.now,
    input.actor,
    ...(Object.values(input.facts) as SqlValue[]),
    input.id,
    input.ifVersion,
  );
  return row ?? null;
}

export interface DestinationAttemptRow {
  id: number;
  request_id: number;
  custom_id: string | null;
  outcome_number: number;
  attempt: number;
  outcome: string;
  status_code: number | null;
  duration_ms: number;
  error: string | null;
  response_excerpt: string | null;
  delivery: string;
  config: string | null;
  at: number;
}

/** The history of a destination, newest first; it outlives the requests. Index: attempts_by_destination. */
export async function listDestinationAttempts(
  tx: Tx,
  input: { readonly id: number; readonly cursor: number | null; readonly limit: number },
): Promise<DestinationAttemptRow[]> {
  return tx.all<DestinationAttemptRow>(
    'select * from attempts where destination_id = ? and id < ? order by id desc limit ?',
    input.id,
    input.cursor ?? Number.MAX_SAFE_INTEGER,
    input.limit,
  );
}
