import { moveBatch } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { planFilesOf } from '../upkeep/remote-cleanups.ts';
import { sealSuccessors } from './settle-leftovers.ts';

/** Reconciliation by id: sent = output + error + missing, whatever the provider's own counts say. */
export interface Reconciliation {
  readonly output_lines: number;
  readonly error_lines: number;
  readonly missing_lines: number;
  readonly duplicate_lines: number;
  readonly unknown_lines: number;
}

/**
 * Every request of the batch has an outcome or a new chance: successors may start, outcomes may leave, and nobody needs
 * the files at the provider any more.
 */
export async function finishDownload(
  tx: Tx,
  input: {
    readonly batchId: number;
    readonly leaseToken: string;
    readonly lines: Reconciliation | null;
    readonly now: number;
    /** When successors may start; at once, when left out. */
    readonly successorsDueAt?: number;
    /** When the files at the provider may go; at once, when left out. */
    readonly filesDueAt?: number;
  },
): Promise<BatchRow | null> {
  const { batchId, leaseToken, now } = input;
  const facts = input.lines ?? {};
  const row = await tx.get<BatchRow>(
    `select * from batches where id = ? and lease_token = ?${tx.forUpdate}`,
    batchId,
    leaseToken,
  );
  if (!row) return null;
  await sealSuccessors(tx, batchId, now, input.successorsDueAt ?? now);
  await planFilesOf(tx, row, input.filesDueAt ?? now, now);
  if (row.state === 'downloading') {
    return moveBatch(tx, { batchId, move: 'ready', leaseToken, facts, actor: 'download', now });
  }
  const columns = Object.keys(facts);
  if (columns.length > 0) {
    await tx.run(
      `update batches set ${columns.map((column) => `${column} = ?`).join(', ')} where id = ?`,
      ...(Object.values(facts) as number[]),
      batchId,
    );
  }
  return row;
}
