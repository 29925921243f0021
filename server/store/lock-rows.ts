import type { Tx } from './tx.ts';

/** Keeps these rows from others until the transaction ends, taken in the order of their ids (docs/decisions/0048). By primary key. */
export async function lockRows(
  tx: Tx,
  table: 'requests' | 'batches' | 'destinations',
  ids: readonly number[],
): Promise<void> {
  // One writer keeps others out by itself.
  if (tx.forUpdate === '') return;
  await tx.all(`select id from ${table} where id in ${tx.list} order by id${tx.forUpdate}`, tx.listOf(ids));
}
