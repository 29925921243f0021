import { cancelsAtProvider, mayMove } from '../../../core/batch.ts';
import { moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

export type Cancelling =
  | { readonly kind: 'cancelled'; readonly batch: BatchRow }
  /** Somebody is at work on it, or it runs at the provider: the wish is written down and will be carried out. */
  | { readonly kind: 'requested'; readonly batch: BatchRow }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'too_late'; readonly state: string };

/**
 * An operator's order to stop a batch. A batch that nobody holds and that is not at the provider is cancelled
 * here and now; otherwise only the wish is set, and the lease holder or its successor carries it out. The same
 * holds where it may run at the provider: a creation has an unknown outcome, or its id was told late.
 */
export async function cancelBatch(
  tx: Tx,
  input: { readonly batchId: number; readonly actor: string; readonly now: number },
): Promise<Cancelling> {
  const { batchId, actor, now } = input;
  const row = await tx.get<BatchRow>(
    `select * from batches where id = ? and deleted_at is null${tx.forUpdate}`,
    batchId,
  );
  if (!row) return { kind: 'not_found' };
  if (!mayMove(row.state, 'cancel')) return { kind: 'too_late', state: row.state };
  const mayRun = row.submit_intent_at !== null || row.openai_batch_id !== null;
  if (!cancelsAtProvider(row.state) && !mayRun) {
    const lines = row.request_count - row.cancelled_count;
    const facts = { sent_count: row.sent_count ?? lines, cancel_requested_at: now };
    const batch = await moveBatch(tx, {
      batchId,
      move: 'cancel',
      facts,
      unlessLeased: true,
      actor,
      reason: 'by order',
      now,
    });
    if (batch) return { kind: 'cancelled', batch };
  }
  const batch = await tx.get<BatchRow>(
    `update batches set cancel_requested_at = coalesce(cancel_requested_at, ?), due_at = ?
     where id = ? returning *`,
    now,
    now,
    batchId,
  );
  return batch ? { kind: 'requested', batch } : { kind: 'not_found' };
}
