/** A batch that can only wait: held under the name of a condition, which it loses with its next move. */
import type { BatchCondition } from '../../../core/batch.ts';
import { mayMove } from '../../../core/batch.ts';
import type { BatchFacts } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { SqlValue, Tx } from '../tx.ts';

export interface HoldInput {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly condition: BatchCondition;
  readonly facts: BatchFacts;
  readonly now: number;
}

/** Ends the lease; null when it was lost. The time since which the condition lasts is kept. */
export async function holdBatch(tx: Tx, input: HoldInput): Promise<BatchRow | null> {
  const columns = Object.keys(input.facts);
  const row = await tx.get<BatchRow>(
    `update batches set condition_since = case when condition = ? then condition_since else ? end, condition = ?,
       lease_token = null, lease_until = null, lease_owner = null${columns.map((c) => `, ${c} = ?`).join('')}
     where id = ? and lease_token = ? returning *`,
    input.condition,
    input.now,
    input.condition,
    ...(Object.values(input.facts) as SqlValue[]),
    input.batchId,
    input.leaseToken,
  );
  return row ?? null;
}

export type Resubmitting =
  | { readonly kind: 'requested'; readonly batch: BatchRow }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'not_vanished'; readonly state: string };

/** An operator's order to send a vanished batch again; carried out by the driver, which looks once more. */
export async function requestResubmit(
  tx: Tx,
  input: { readonly batchId: number; readonly now: number },
): Promise<Resubmitting> {
  const row = await tx.get<BatchRow>(
    `select * from batches where id = ? and deleted_at is null${tx.forUpdate}`,
    input.batchId,
  );
  if (!row) return { kind: 'not_found' };
  if (!mayMove(row.state, 'resubmit') || row.condition !== 'vanished') {
    return { kind: 'not_vanished', state: row.state };
  }
  const batch = await tx.get<BatchRow>(
    'update batches set resubmit_requested_at = ?, due_at = ? where id = ? returning *',
    input.now,
    input.now,
    input.batchId,
  );
  return batch ? { kind: 'requested', batch } : { kind: 'not_found' };
}

/** Batches under a condition, oldest first. Index: batches_by_condition. */
export async function listConditions(
  tx: Tx,
  input: { readonly conditions: readonly BatchCondition[]; readonly limit: number },
): Promise<BatchRow[]> {
  return tx.all<BatchRow>(
    `select * from batches where condition in ${tx.textList} and deleted_at is null order by id limit ?`,
    tx.listOf(input.conditions),
    input.limit,
  );
}
