/**
 * Redelivery as a duty: a row that says what shall be sent once more, how far it has come, and whether it shall go on.
 * Each slice moves its requests and the row in one transaction, so a kill repeats nothing and forgets nothing.
 */
import { wakeDestinations } from '../destinations/wake-destinations.ts';
import { lockRows } from '../lock-rows.ts';
import { inStateFor, newRound, setState } from '../moves.ts';
import { listRequests, type RequestFilter } from '../read/list-requests.ts';
import type { Tx } from '../tx.ts';
import { recountRedelivered } from './redeliver-requests.ts';

/** What shall be sent once more. */
export interface RedeliveryFilter extends RequestFilter {
  /** `delivery_failed`, or `delivered` as well. */
  readonly which: 'failed' | 'all';
  /** Only what ended its hand-over at or after this time. */
  readonly since?: number;
}

export interface RedeliveryRow {
  id: number;
  /** JSON text of a RedeliveryFilter. */
  filter: string;
  state: 'running' | 'done' | 'aborted';
  /** How many matched when it was ordered; null: more than were counted. */
  matching: number | null;
  redelivered: number;
  /** Ids below this one are still to be looked at; null before the first slice. */
  looked_before: number | null;
  due_at: number | null;
  lease_token: string | null;
  last_error: string | null;
  created_at: number;
  created_by: string;
  ended_at: number | null;
  ended_by: string | null;
}

interface Matching {
  readonly rows: {
    readonly id: number;
    readonly batch_id: number;
    readonly state: string;
    readonly destination_id: number;
  }[];
  readonly nextCursor: number | null;
}

/** One page of what matches, newest first; bounded like every list. */
async function matchingPage(
  tx: Tx,
  filter: RedeliveryFilter,
  cursor: number | null,
  limit: number,
): Promise<Matching> {
  const { which, since, ...requests } = filter;
  const state = which === 'failed' ? ({ state: 'delivery_failed' } as const) : {};
  const page = await listRequests(tx, { ...requests, ...state, cursor, limit });
  const fits = page.rows.filter(
    (row) =>
      (row.state === 'delivery_failed' || row.state === 'delivered') &&
      row.destination_id !== null &&
      (since === undefined || row.updated_at >= since),
  );
  const gone = await deletedAmong(tx, new Set(fits.map((row) => row.batch_id)));
  const rows = fits.filter((row) => !gone.has(row.batch_id)) as Matching['rows'];
  return { rows, nextCursor: page.nextCursor };
}

/** Batches whose rows are being removed: nothing of them is sent once more. By primary key. */
async function deletedAmong(tx: Tx, batchIds: ReadonlySet<number>): Promise<ReadonlySet<number>> {
  if (batchIds.size === 0) return batchIds;
  const rows = await tx.all<{ id: number }>(
    `select id from batches where id in ${tx.list} and deleted_at is not null`,
    tx.listOf([...batchIds]),
  );
  return new Set(rows.map(({ id }) => id));
}

/** Counts what matches, page by page, up to a bound. */
export async function countRedelivery(
  tx: Tx,
  input: { readonly filter: RedeliveryFilter; readonly most: number; readonly mostPages: number },
): Promise<{ readonly count: number; readonly more: boolean }> {
  let count = 0;
  let cursor: number | null = null;
  for (let page = 0; page < input.mostPages; page++) {
    const found: Matching = await matchingPage(tx, input.filter, cursor, 1_000);
    count += found.rows.length;
    cursor = found.nextCursor;
    if (cursor === null) return { count: Math.min(count, input.most), more: count > input.most };
    if (count >= input.most) break;
  }
  return { count: Math.min(count, input.most), more: true };
}

/** Among so many of the newest an order is looked for that may have been given before its answer was lost. */
const lately = 50;

/** Orders a redelivery. The same order again, by the same person at the same instant, is the one that was given. */
export async function createRedelivery(
  tx: Tx,
  input: {
    readonly filter: RedeliveryFilter;
    readonly matching: number | null;
    readonly actor: string;
    readonly now: number;
  },
): Promise<RedeliveryRow> {
  const filter = JSON.stringify(input.filter);
  const given = await tx.get<RedeliveryRow>(
    `select * from (select * from redeliveries order by id desc limit ${lately}) as newest
     where filter = ? and created_at = ? and created_by = ?`,
    filter,
    input.now,
    input.actor,
  );
  if (given) return given;
  const row = await tx.get<RedeliveryRow>(
    `insert into redeliveries (filter, state, matching, due_at, created_at, created_by)
     values (?, 'running', ?, ?, ?, ?) returning *`,
    filter,
    input.matching,
    input.now,
    input.now,
    input.actor,
  );
  if (!row) throw new Error('a redelivery was made and not returned');
  return row;
}

/** Newest first. */
export async function listRedeliveries(
  tx: Tx,
  input: { readonly cursor: number | null; readonly limit: number },
): Promise<RedeliveryRow[]> {
  return tx.all<RedeliveryRow>(
    'select * from redeliveries where id < ? order by id desc limit ?',
    input.cursor ?? Number.MAX_SAFE_INTEGER,
    input.limit,
  );
}

export async function getRedelivery(
  tx: Tx,
  input: { readonly id: number },
): Promise<RedeliveryRow | undefined> {
  return tx.get<RedeliveryRow>('select * from redeliveries where id = ?', input.id);
}

/** Ends one that is running. @returns the row as it is now, or null when it had ended */
export async function abortRedelivery(
  tx: Tx,
  input: { readonly id: number; readonly actor: string; readonly now: number },
): Promise<RedeliveryRow | null> {
  const row = await tx.get<RedeliveryRow>(
    `update redeliveries set state = 'aborted', due_at = null, ended_at = ?, ended_by = ?
     where id = ? and state = 'running' returning *`,
    input.now,
    input.actor,
    input.id,
  );
  return row ?? null;
}

/**
 * One slice of the redelivery that has waited longest. Index: redeliveries_due.
 *
 * @returns false when none is running
 */
export async function redeliverNext(
  tx: Tx,
  input: { readonly limit: number; readonly now: number },
): Promise<boolean> {
  const { now } = input;
  const duty = await dutyInTurn(tx, now);
  if (!duty) return false;
  const filter = JSON.parse(duty.filter) as RedeliveryFilter;
  // What is delivered again meanwhile ends later than the order was given, and is not taken twice.
  const page = await matchingPage(tx, filter, duty.looked_before, input.limit);
  // Two orders may ask for the same requests.
  await lockRows(
    tx,
    'requests',
    page.rows.map(({ id }) => id),
  );
  const changed = await tx.each(
    `${setState('redeliver')}, due_at = ?, ${newRound}
     where id = ? and (state || '') = ? and ${inStateFor('redeliver')}`,
    page.rows.map((row) => [now, now, row.id, row.state]),
  );
  const moved = page.rows.filter((_, index) => changed[index] === 1);
  await recountAll(tx, moved, duty.created_by, now);
  await wakeDestinations(
    tx,
    moved.map((row) => row.destination_id),
    now,
  );
  const ended = page.nextCursor === null;
  await tx.run(
    `update redeliveries set redelivered = redelivered + ?, looked_before = ?, state = ?, due_at = ?, ended_at = ?,
       last_error = null where id = ?`,
    moved.length,
    page.nextCursor,
    ended ? 'done' : 'running',
    ended ? null : now,
    ended ? now : null,
    duty.id,
  );
  return true;
}

/** The one whose slice has just failed says why, and has its next turn later. Index: redeliveries_due. */
export async function postponeRedelivery(
  tx: Tx,
  input: { readonly error: string; readonly now: number; readonly dueAt: number },
): Promise<void> {
  const duty = await dutyInTurn(tx, input.now);
  if (!duty) return;
  await tx.run(
    'update redeliveries set last_error = ?, due_at = ? where id = ?',
    input.error,
    input.dueAt,
    duty.id,
  );
}

function dutyInTurn(tx: Tx, now: number): Promise<RedeliveryRow | undefined> {
  return tx.get<RedeliveryRow>(
    `select * from redeliveries where due_at <= ? order by due_at, id limit 1${tx.skipLocked}`,
    now,
  );
}

async function recountAll(tx: Tx, moved: Matching['rows'], actor: string, now: number): Promise<void> {
  const counts = new Map<string, number>();
  for (const row of moved) {
    const key = `${row.batch_id} ${row.state}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const byBatch = [...counts].map(([key, count]) => {
    const [batchId, state] = key.split(' ');
    return { batchId: Number(batchId), state: state as 'delivered' | 'delivery_failed', count };
  });
  for (const { batchId, state, count } of byBatch.sort((a, b) => a.batchId - b.batchId)) {
    await recountRedelivered(tx, batchId, state, count, actor, now);
  }
}
