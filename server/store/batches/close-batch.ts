import { moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

/** An open batch that holds nothing to send is not closed but ended: deleted when it has no request at all. */
export type Closing =
  | { readonly kind: 'closed'; readonly batch: BatchRow }
  | { readonly kind: 'empty' }
  | { readonly kind: 'not_building' };

const closings = {
  age: 'old enough',
  operator: 'uploaded by order',
  restore: 'the database was restored from a backup',
} as const;

export interface CloseInput {
  readonly batchId: number;
  readonly reason: keyof typeof closings;
  readonly actor: string;
  readonly leaseToken?: string;
  readonly now: number;
  /** What becomes of an empty batch: the age rule and a restore remove it, an operator is told. */
  readonly removeEmpty: boolean;
}

/** Closes an open batch and freezes what it holds. */
export async function closeBatch(tx: Tx, input: CloseInput): Promise<Closing> {
  const { batchId, reason, now } = input;
  const row = await tx.get<BatchRow>(
    `select * from batches where id = ? and state = 'building'${tx.forUpdate}`,
    batchId,
  );
  if (!row) return { kind: 'not_building' };
  const lines = row.request_count - row.cancelled_count;
  if (lines === 0) {
    if (input.removeEmpty) await removeEmpty(tx, row, input);
    return { kind: 'empty' };
  }
  const batch = await moveBatch(tx, {
    batchId,
    move: 'close',
    facts: { close_reason: reason, closed_at: now, sent_count: lines },
    actor: input.actor,
    reason: closings[reason],
    now,
    ...(input.leaseToken === undefined ? {} : { leaseToken: input.leaseToken }),
  });
  return batch ? { kind: 'closed', batch } : { kind: 'not_building' };
}

/** A batch whose requests were all cancelled one by one still owes their deliveries: it settles. */
async function removeEmpty(tx: Tx, row: BatchRow, { actor, now }: CloseInput): Promise<void> {
  if (row.request_count === 0) {
    await tx.run('delete from transitions where batch_id = ?', row.id);
    await tx.run('delete from batches where id = ?', row.id);
    return;
  }
  await moveBatch(tx, {
    batchId: row.id,
    move: 'cancel',
    facts: { sent_count: 0 },
    actor,
    reason: 'every request in it was cancelled',
    now,
  });
}
