/** Records the input file that was sent for a batch. Whoever says it may have lost the lease long ago. */
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { planCleanup, planForgotten } from '../upkeep/remote-cleanups.ts';

export interface RecordUploadedInput {
  /** The batch as it was when its content was sent. */
  readonly batch: Pick<BatchRow, 'id' | 'submit_attempt' | 'size_bytes'>;
  readonly leaseToken: string;
  readonly file: {
    readonly id: string;
    /** By the provider's clock, epoch milliseconds. */
    readonly createdAt: number;
    readonly expiresAt: number | null;
  };
  readonly credentials: string;
  readonly now: number;
}

/**
 * The holder's file stands, and one that it replaces is removed. A late one, of who has lost the lease, is taken where
 * the batch still waits for the same content; anywhere else it holds what is not sent from here any more, and is removed.
 *
 * @returns the row for the holder; null for who has lost the lease
 */
export async function recordUploaded(tx: Tx, input: RecordUploadedInput): Promise<BatchRow | null> {
  const { file, credentials, now } = input;
  const batchId = input.batch.id;
  const row = await tx.get<BatchRow>(`select * from batches where id = ?${tx.forUpdate}`, batchId);
  const isHolder = row?.lease_token === input.leaseToken;
  if (!row || !(isHolder || mayTakeLate(row, input))) {
    if (row?.openai_input_file_id !== file.id) {
      await planCleanup(tx, { kind: 'file', batchId, remoteIds: [file.id], credentials, dueAt: now, now });
    }
    return null;
  }
  const after = await tx.get<BatchRow>(
    `update batches set openai_input_file_id = ?, openai_input_file_created_at = ?,
       openai_input_file_expires_at = ?, provider_credentials = ?
     where id = ? returning *`,
    file.id,
    file.createdAt,
    file.expiresAt,
    credentials,
    batchId,
  );
  if (!after) return null;
  await planForgotten(tx, row, after, now);
  return isHolder ? after : null;
}

function mayTakeLate(row: BatchRow, { batch, credentials }: RecordUploadedInput): boolean {
  return (
    row.state === 'uploading' &&
    row.deleted_at === null &&
    row.openai_input_file_id === null &&
    row.provider_credentials === credentials &&
    row.submit_attempt === batch.submit_attempt &&
    row.size_bytes === batch.size_bytes
  );
}
