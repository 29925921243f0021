import type { Tx } from '../tx.ts';

/** Renews a lease; false when it is held no longer, and whatever it protected must stop. */
export async function keepLease(
  tx: Tx,
  input: { readonly batchId: number; readonly leaseToken: string; readonly until: number },
): Promise<boolean> {
  const changed = await tx.run(
    'update batches set lease_until = ? where id = ? and lease_token = ?',
    input.until,
    input.batchId,
    input.leaseToken,
  );
  return changed === 1;
}

/** Whether a lease still holds; keeps the batch as it is until the transaction ends. */
export async function isHeld(tx: Tx, batchId: number, leaseToken: string): Promise<boolean> {
  const row = await tx.get(
    `select id from batches where id = ? and lease_token = ?${tx.forUpdate}`,
    batchId,
    leaseToken,
  );
  return row !== undefined;
}

/** Gives up every lease of processes that are gone; only for a store that one process owns alone. */
export async function breakLeases(tx: Tx): Promise<number> {
  return tx.run(
    'update batches set lease_token = null, lease_until = null, lease_owner = null where lease_token is not null',
  );
}
