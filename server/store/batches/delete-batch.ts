import { deletableStates } from '../../../core/batch.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { planFilesOf } from '../upkeep/remote-cleanups.ts';

export type Deletion =
  | { readonly kind: 'deleting'; readonly requests: number }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'too_early'; readonly state: string }
  | { readonly kind: 'undelivered'; readonly count: number };

/**
 * Marks a batch as deleted: it leaves every list at once, its rows are removed in slices by a sweep, its files at the
 * provider by a duty that is planned here. Undelivered outcomes go with it only on demand.
 */
export async function deleteBatch(
  tx: Tx,
  input: {
    readonly batchId: number;
    readonly evenUndelivered: boolean;
    /** When the files at the provider may go; at once, when left out. */
    readonly filesDueAt?: number;
    readonly now: number;
  },
): Promise<Deletion> {
  const row = await tx.get<BatchRow>(
    `select * from batches where id = ? and deleted_at is null${tx.forUpdate}`,
    input.batchId,
  );
  if (!row) return { kind: 'not_found' };
  const rests = (deletableStates as readonly string[]).includes(row.state) && row.settled_at !== null;
  if (!rests || row.restart_requested_at !== null) return { kind: 'too_early', state: row.state };
  const undelivered = row.delivering_count + row.delivery_failed_count;
  if (undelivered > 0 && !input.evenUndelivered) {
    return { kind: 'undelivered', count: undelivered };
  }
  await tx.run(
    `update batches set deleted_at = ?, due_at = null, lease_token = null, lease_until = null,
       lease_owner = null where id = ?`,
    input.now,
    input.batchId,
  );
  await planFilesOf(tx, row, input.filesDueAt ?? input.now, input.now);
  return { kind: 'deleting', requests: row.request_count };
}

/**
 * One slice of the removal. The batch row goes last, so a kill in between changes nothing. A request that is being
 * recorded at this very moment is left to the next round.
 * Indexes: batches_deleted, requests_by_batch.
 *
 * @returns true while something is left to remove
 */
export async function removeSlice(tx: Tx, input: { readonly limit: number }): Promise<boolean> {
  const batch = await tx.get<{ id: number; attempts_kept: number }>(
    `select id, attempts_kept from batches where deleted_at is not null order by deleted_at limit 1${tx.skipLocked}`,
  );
  if (!batch) return false;
  const rows = await tx.all<{ id: number }>(
    `select id from requests where batch_id = ? limit ?${tx.skipLocked}`,
    batch.id,
    input.limit,
  );
  const ids = tx.listOf(rows.map((row) => row.id));
  const attempts = batch.attempts_kept === 1 ? [] : ['attempts'];
  for (const table of [...attempts, 'results', 'request_runs', 'request_bodies']) {
    await tx.run(`delete from ${table} where request_id in ${tx.list}`, ids);
  }
  await tx.run(`delete from requests where id in ${tx.list}`, ids);
  if (rows.length < input.limit) {
    if (await tx.get('select id from requests where batch_id = ? limit 1', batch.id)) return false;
    await tx.run('delete from transitions where batch_id = ?', batch.id);
    await tx.run('update batches set successor_of = null where successor_of = ?', batch.id);
    await tx.run('delete from batches where id = ?', batch.id);
  }
  return true;
}
