/**
 * The first start on a restored copy. The copy is older than what was done after it was taken, at the provider and at
 * receivers, so nothing in it may be taken for the latest news.
 */
import { moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

/** Name of the setting that a backup carries: the time it was taken, epoch milliseconds. */
export const backupMark = 'backup_taken_at';

/** More than a team sends between a backup and its restore; ids stay far below 2^53. */
const requestsSkipped = 1_000_000_000;
const batchesSkipped = 1_000_000;

export interface AfterRestore {
  readonly takenAt: number;
  /** Batches that may exist at the provider without the copy knowing it. */
  readonly batches: number;
}

/**
 * Ids given out after the backup are never given out again, so that no tag, file name or delivery id means two
 * things. Open batches are closed, for their remote twin must not grow; every batch that is not known to be at the
 * provider is looked for there by its tag before anything is sent.
 *
 * @returns null when the database is no copy, or has been started before
 */
export async function startAfterRestore(
  tx: Tx,
  { now }: { readonly now: number },
): Promise<AfterRestore | null> {
  const mark = await tx.get<{ value: string }>(
    `select value from settings where name = ?${tx.forUpdate}`,
    backupMark,
  );
  if (!mark) return null;
  const takenAt = Number(mark.value);
  await tx.skipIds('requests', requestsSkipped);
  await tx.skipIds('batches', batchesSkipped);
  for (const batch of await openBatches(tx)) await closeForGood(tx, batch, now);
  const batches = await tx.run(
    `update batches set submit_intent_at = ?, submit_looks = 0, due_at = ?
     where state in ('uploading', 'uploaded', 'waiting_for_capacity')
       and openai_batch_id is null and submit_intent_at is null`,
    takenAt,
    now,
  );
  await tx.run('delete from settings where name = ?', backupMark);
  return { takenAt, batches };
}

/** At most one for each {endpoint, model}. */
function openBatches(tx: Tx): Promise<BatchRow[]> {
  return tx.all<BatchRow>(
    `select * from batches where state = 'building' and request_count > cancelled_count order by id${tx.forUpdate}`,
  );
}

async function closeForGood(tx: Tx, batch: BatchRow, now: number): Promise<void> {
  await moveBatch(tx, {
    batchId: batch.id,
    move: 'close',
    facts: {
      close_reason: 'restore',
      closed_at: now,
      sent_count: batch.request_count - batch.cancelled_count,
    },
    actor: 'restore',
    reason: 'the database was restored from a backup',
    now,
  });
}
