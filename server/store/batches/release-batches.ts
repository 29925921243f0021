import { lockRows } from '../lock-rows.ts';
import type { BatchFacts } from '../moves.ts';
import type { SqlValue, Tx } from '../tx.ts';

/** What is recorded of a batch that stays where it is, as its lease ends. */
export interface Release {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly facts: BatchFacts;
}

const endLease =
  'lease_token = null, lease_until = null, lease_owner = null where id = ? and lease_token = ?';

/**
 * Ends the leases of many batches, each with facts of its own; nothing is recorded of one whose lease was lost. Those with
 * facts of the same names are one statement on PostgreSQL.
 */
export async function releaseBatches(
  tx: Tx,
  { releases }: { readonly releases: readonly Release[] },
): Promise<void> {
  await lockRows(
    tx,
    'batches',
    releases.map(({ batchId }) => batchId),
  );
  const bySets = new Map<string, SqlValue[][]>();
  for (const { batchId, leaseToken, facts } of releases) {
    const sets = Object.keys(facts)
      .map((column) => `${column} = ?, `)
      .join('');
    const rows = bySets.get(sets) ?? [];
    rows.push([...(Object.values(facts) as SqlValue[]), batchId, leaseToken]);
    bySets.set(sets, rows);
  }
  for (const [sets, rows] of bySets) await tx.each(`update batches set ${sets}${endLease}`, rows);
}
