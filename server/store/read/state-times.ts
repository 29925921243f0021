import type { BatchState } from '../../../core/batch.ts';
import type { Tx } from '../tx.ts';

/**
 * How long the batches that left a state last had stood in it, in milliseconds, newest first.
 * Indexes: transitions_by_from, transitions_by_batch.
 */
export async function stateTimes(
  tx: Tx,
  input: { readonly state: BatchState; readonly limit: number },
): Promise<number[]> {
  const rows = await tx.all<{ ms: number | null }>(
    `select t.at - (select max(p.at) from transitions p where p.batch_id = t.batch_id and p.id < t.id) as ms
     from transitions t where t.from_state = ? order by t.id desc limit ?`,
    input.state,
    input.limit,
  );
  return rows.flatMap(({ ms }) => (ms === null ? [] : [Number(ms)]));
}
