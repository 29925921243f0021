import type { BatchFacts } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { SqlValue, Tx } from '../tx.ts';

export interface RecordFactsInput {
  readonly batchId: number;
  /** Without one the facts are recorded whoever holds the batch: what is true at the provider is true. */
  readonly leaseToken?: string;
  readonly facts: BatchFacts;
  /** Without the lease they are recorded only where this column of the facts is empty, or says the same already. */
  readonly first?: 'openai_input_file_id' | 'openai_batch_id';
  /** Ends the lease as well, so that the batch can be claimed when due. */
  readonly release?: boolean;
}

/** Records facts about a batch without moving it; the row as it is now, or null when the lease is lost. */
export async function recordFacts(tx: Tx, input: RecordFactsInput): Promise<BatchRow | null> {
  const { batchId, leaseToken, facts } = input;
  const sets = Object.keys(facts).map((column) => `${column} = ?`);
  if (input.release) sets.push('lease_token = null', 'lease_until = null', 'lease_owner = null');
  if (sets.length === 0) return readBatch(tx, batchId, leaseToken);
  const { first } = input;
  const known = first === undefined ? '' : ` or ${first} is null or ${first} = ?`;
  const fence = leaseToken === undefined ? '' : ` and (lease_token = ?${known})`;
  const row = await tx.get<BatchRow>(
    `update batches set ${sets.join(', ')} where id = ?${fence} returning *`,
    ...(Object.values(facts) as SqlValue[]),
    batchId,
    ...(leaseToken === undefined ? [] : [leaseToken]),
    ...(leaseToken === undefined || first === undefined ? [] : [facts[first] ?? null]),
  );
  return row ?? null;
}

/** Nothing to record: only whether the lease still holds. */
async function readBatch(tx: Tx, batchId: number, leaseToken: string | undefined): Promise<BatchRow | null> {
  const row = await tx.get<BatchRow>('select * from batches where id = ?', batchId);
  return row && (leaseToken === undefined || row.lease_token === leaseToken) ? row : null;
}
