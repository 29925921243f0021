/** Retention, in slices. Ours, not OpenAI's: what has not been handed over is never removed. */
import type { Tx } from '../tx.ts';

/** Removes bodies of a batch that ended before `before`. Index: batches_ended. True while more is left. */
export async function removeBodies(
  tx: Tx,
  input: { readonly before: number; readonly limit: number; readonly now: number },
): Promise<boolean> {
  const batch = await tx.get<{ id: number }>(
    `select id from batches where ended_at < ? and bodies_removed_at is null
     order by ended_at limit 1${tx.skipLocked}`,
    input.before,
  );
  if (!batch) return false;
  const removed = await tx.run(
    `delete from request_bodies where request_id in (
       select b.request_id from requests r join request_bodies b on b.request_id = r.id
       where r.batch_id = ? limit ?)`,
    batch.id,
    input.limit,
  );
  if (removed < input.limit) {
    await tx.run('update batches set bodies_removed_at = ? where id = ?', input.now, batch.id);
  }
  return true;
}

/**
 * Marks the oldest batch that ended before `before` for removal; its attempts stay for their own time. One that holds
 * outcomes that were not delivered waits for `beforeUndelivered`; one that held a request without an outcome, which
 * nothing leads to, would wait for a person. Indexes: batches_ended, requests_by_batch.
 *
 * @returns the batch, and how many undelivered outcomes go with it
 */
export async function retireBatch(
  tx: Tx,
  input: { readonly before: number; readonly beforeUndelivered: number; readonly now: number },
): Promise<{ readonly id: number; readonly undelivered: number } | null> {
  const retired = await tx.get<{ id: number; undelivered: number }>(
    `update batches set deleted_at = ?, attempts_kept = 1 where id = (
       select id from batches
       where ended_at < ? and deleted_at is null and (delivery_failed_count = 0 or ended_at < ?)
         and not exists (
           select 1 from requests r where r.batch_id = batches.id and r.state = 'pending')
       order by ended_at limit 1)
     returning id, delivery_failed_count as undelivered`,
    input.now,
    input.before,
    input.beforeUndelivered,
  );
  return retired ?? null;
}

/** Removes the oldest attempts made before `before`; ids follow time. */
export async function removeAttempts(
  tx: Tx,
  input: { readonly before: number; readonly limit: number },
): Promise<boolean> {
  const removed = await tx.run(
    'delete from attempts where id in (select id from attempts order by id limit ?) and at < ?',
    input.limit,
    input.before,
  );
  return removed === input.limit;
}

/**
 * Gives pages that removals have freed back to the file system, a few at a time (SQLite; the file was made with
 * `auto_vacuum = incremental`). True while more may be given back.
 */
export async function releasePages(tx: Tx, input: { readonly pages: number }): Promise<boolean> {
  if (!tx.releasesPages) return false;
  const before = await freePages(tx);
  if (before === 0) return false;
  await tx.all(`pragma incremental_vacuum(${Math.trunc(input.pages)})`);
  const after = await freePages(tx);
  return after > 0 && after < before;
}

async function freePages(tx: Tx): Promise<number> {
  const row = await tx.get<{ freelist_count: number }>('pragma freelist_count');
  return row?.freelist_count ?? 0;
}
