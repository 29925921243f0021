import type { BatchFacts } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { SqlValue, Tx } from '../tx.ts';

export interface RecordFactsInput {
  readonly batchId: number;
  /** Who records under no lease records whoever holds the batch: tests alone do. */
  readonly leaseToken?: string;
  readonly facts: BatchFacts;
  /** Ends the lease as well, so that the batch can be claimed when due. */
  readonly release?: boolean;
}

/** Records facts about a batch without moving it; the row as it is now, or null when the lease is lost. */
export async function recordFacts(tx: Tx, input: RecordFactsInput): Promise<BatchRow | null> {
  const { batchId, leaseToken, facts } = input;
  const sets = Object.keys(facts).map((column) => `${column} = ?`);
  if (input.release) sets.push('lease_token = null', 'lease_until = null', 'lease_owner = null');
  // Nothing to record: only whether the lease still holds.
  if (sets.length === 0) sets.push('id = id');
  const fence = leaseToken === undefined ? '' : ' and lease_token = ?';
  const row = await tx.get<BatchRow>(
    `update batches set ${sets.join(', ')} where id = ?${fence} returning *`,
    ...(Object.values(facts) as SqlValue[]),
    batchId,
    ...(leaseToken === undefined ? [] : [leaseToken]),
  );
  return row ?? null;
}
