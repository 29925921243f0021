/** Records the batch that exists at the provider for one of ours. Whoever says it may have lost the lease long ago. */
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { planCleanup } from '../upkeep/remote-cleanups.ts';

export interface RecordCreatedInput {
  /** The batch as it was when it was created, or looked for. */
  readonly batch: Pick<BatchRow, 'id' | 'submit_attempt' | 'openai_input_file_id'>;
  /** Null: told by somebody who has never held it. */
  readonly leaseToken: string | null;
  readonly remote: {
    readonly id: string;
    readonly status: string;
    /** By the provider's clock, epoch milliseconds. */
    readonly createdAt: number;
  };
  readonly credentials: string;
  readonly now: number;
}

export type RecordedBatch =
  /** By the holder of the lease, who goes on with it. */
  | { readonly kind: 'recorded' }
  /** By one who has lost the lease: whoever comes next follows it. */
  | { readonly kind: 'taken_late' }
  /** Another one runs for this batch, or none is wanted any more: it is going to be cancelled. */
  | { readonly kind: 'second'; readonly isNew: boolean };

/**
 * The holder's batch stands, and one that it replaces is cancelled. A late one is taken where it is the only one and was
 * made from the very file that waits to be submitted; that ends the lease of whoever works on the row, so that nobody
 * creates another or gives up the batch meanwhile. Anywhere else it is owed its cancellation, whatever became of ours.
 */
export async function recordCreated(tx: Tx, input: RecordCreatedInput): Promise<RecordedBatch> {
  const { batch, remote, now } = input;
  const row = await tx.get<BatchRow>(`select * from batches where id = ?${tx.forUpdate}`, batch.id);
  const isHolder = row !== undefined && row.lease_token !== null && row.lease_token === input.leaseToken;
  if (row?.openai_batch_id === remote.id) return { kind: isHolder ? 'recorded' : 'taken_late' };
  const stands = isHolder || (row !== undefined && mayTakeLate(row, batch) && !(await isOwed(tx, remote.id)));
  if (!row || !stands) return { kind: 'second', isNew: await planCancellation(tx, input, remote.id) };
  if (row.openai_batch_id !== null) await planCancellation(tx, input, row.openai_batch_id);
  await tx.run(
    `update batches set openai_batch_id = ?, openai_created_at = ?, openai_status = ?, openai_checked_at = ?,
       provider_credentials = ? where id = ?`,
    remote.id,
    remote.createdAt,
    remote.status,
    now,
    input.credentials,
    batch.id,
  );
  if (isHolder) return { kind: 'recorded' };
  await tx.run(
    'update batches set lease_token = null, lease_until = null, lease_owner = null, due_at = ? where id = ?',
    now,
    batch.id,
  );
  return { kind: 'taken_late' };
}

function mayTakeLate(row: BatchRow, batch: RecordCreatedInput['batch']): boolean {
  const waits = row.state === 'uploaded' || row.state === 'waiting_for_capacity';
  const isAnotherCreated = row.submit_intent_at !== null && row.submit_attempt !== batch.submit_attempt;
  return (
    waits &&
    row.deleted_at === null &&
    row.openai_batch_id === null &&
    row.openai_input_file_id === batch.openai_input_file_id &&
    !isAnotherCreated
  );
}

/** @returns whether it is new */
async function planCancellation(
  tx: Tx,
  { batch, credentials, now }: RecordCreatedInput,
  remoteId: string,
): Promise<boolean> {
  const plan = { batchId: batch.id, remoteIds: [remoteId], credentials, dueAt: now, now };
  return (await planCleanup(tx, { kind: 'batch', ...plan })) > 0;
}

/** Whether its cancellation has been planned before. Index: remote_cleanups (kind, remote_id). */
async function isOwed(tx: Tx, remoteId: string): Promise<boolean> {
  const sql = "select id from remote_cleanups where kind = 'batch' and remote_id = ?";
  return (await tx.get(sql, remoteId)) !== undefined;
}
