import { handOverOf, settlingStates } from '../../../core/batch.ts';
import { moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

/**
 * Ends a batch when nothing is owed any more: every request has an outcome, none is being handed over, and no restart
 * is under way. Runs in the transaction of the last delivery, so the end is neither missed nor seen twice.
 */
export async function endBatch(tx: Tx, batchId: number, now: number): Promise<BatchRow | null> {
  const row = await tx.get<BatchRow>(`select * from batches where id = ?${tx.forUpdate}`, batchId);
  return row ? endWhereNothingIsOwed(tx, row, now) : null;
}

/** The same for one whose row this transaction has just changed. */
export async function endWhereNothingIsOwed(tx: Tx, row: BatchRow, now: number): Promise<BatchRow | null> {
  const batchId = row.id;
  if (row.settled_at === null || row.delivering_count > 0) return null;
  if (row.restart_requested_at !== null) return null;
  if (row.state === 'delivering') {
    const hand_over = handOverOf({
      delivered: row.delivered_count,
      deliveryFailed: row.delivery_failed_count,
    });
    return moveBatch(tx, {
      batchId,
      move: 'finish',
      facts: { hand_over, ended_at: now, due_at: null },
      actor: 'deliver',
      now,
    });
  }
  if ((settlingStates as readonly string[]).includes(row.state) && row.ended_at === null) {
    const ended = await tx.get<BatchRow>(
      'update batches set ended_at = ? where id = ? returning *',
      now,
      batchId,
    );
    return ended ?? null;
  }
  return null;
}

/** All outcomes of a batch are on their way: closes its duty to settle, and the batch if nothing is open. */
export async function settleBatch(
  tx: Tx,
  input: { readonly batchId: number; readonly leaseToken: string; readonly now: number },
): Promise<boolean> {
  const changed = await tx.run(
    `update batches set settled_at = ?, due_at = null, lease_token = null, lease_until = null,
       lease_owner = null, tries = 0 where id = ? and lease_token = ?`,
    input.now,
    input.batchId,
    input.leaseToken,
  );
  if (changed === 1) await endBatch(tx, input.batchId, input.now);
  return changed === 1;
}
