import { type BatchMoving, moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

/** Moves one batch by the move table; null when it is not in a state for it, or the lease is lost. */
export async function advanceBatch(tx: Tx, moving: BatchMoving): Promise<BatchRow | null> {
  return moveBatch(tx, moving);
}
