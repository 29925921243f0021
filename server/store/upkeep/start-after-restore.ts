/**
 * The first start on a restored copy. The copy is older than what was done after it was taken, at the provider and at
 * receivers, so nothing in it may be taken for the latest news.
 */
import { closeBatch } from '../batches/close-batch.ts';
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
 * things. Open batches are closed, for their remote twin must not grow, also when they hold nothing yet; every batch that
 * is not known to be at the provider is looked for there by its tag before anything is sent. Others may be at work
 * meanwhile, after a fail-over.
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
  const unsent = await lockUnsent(tx);
  const closing = { reason: 'restore', actor: 'restore', removeEmpty: true, now } as const;
  for (const { id, state } of unsent) {
    if (state === 'building') await closeBatch(tx, { ...closing, batchId: id });
  }
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

/**
 * All at once, in the order in which others take them. They are few: open ones, as many as there are pairs and slots, and
 * those that OpenAI has no room for yet. Indexes: batches_open, batches_due.
 */
function lockUnsent(tx: Tx): Promise<Pick<BatchRow, 'id' | 'state'>[]> {
  return tx.all<Pick<BatchRow, 'id' | 'state'>>(
    `select id, state from batches
     where state in ('building', 'uploading', 'uploaded', 'waiting_for_capacity') order by id${tx.forUpdate}`,
  );
}
