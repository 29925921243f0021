/** What a batch's move means for the ledger of its family, in the transaction of the move. */
import type { BatchMove } from '../../../core/batch.ts';
import { learnRatio } from '../../../core/capacity/calibration.ts';
import { afterCompletion } from '../../../core/capacity/learning.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { liftFundingAfter } from './funding.ts';
import { learnedOf, lockLedger, readCapacityRow, readRatio, wakeOldest, writeLearned } from './knowledge.ts';

export interface Moved {
  readonly before: BatchRow;
  readonly after: BatchRow;
  readonly move: BatchMove;
  readonly now: number;
}

export async function followMove(tx: Tx, { before, after, move, now }: Moved): Promise<void> {
  if (move === 'ready') {
    await learnUsage(tx, after, now);
    await liftFundingAfter(tx, after, now);
  }
  const { provider_credentials: credentials, model_family: family } = before;
  if (credentials === null || before.reserved_at === null || after.reserved_at !== null) return;
  const key = { credentials, family };
  await lockLedger(tx);
  if (move === 'complete') {
    const learned = learnedOf(await readCapacityRow(tx, key));
    await writeLearned(tx, key, afterCompletion(learned));
  }
  await wakeOldest(tx, key, now);
}

/** Real usage corrects later estimates of this model and endpoint. */
async function learnUsage(tx: Tx, batch: BatchRow, now: number): Promise<void> {
  const before = await readRatio(tx, batch.endpoint, batch.model);
  const learned = learnRatio(before, {
    estimatedTokens: batch.estimated_tokens,
    inputTokens: batch.input_tokens,
    lines: batch.sent_count ?? 0,
    succeeded: batch.succeeded_count,
  });
  if (learned === null) return;
  await tx.run(
    `insert into token_ratios (endpoint, model, permille, batches, updated_at) values (?, ?, ?, ?, ?)
     on conflict (endpoint, model) do update set
       permille = excluded.permille, batches = excluded.batches, updated_at = excluded.updated_at`,
    batch.endpoint,
    batch.model,
    learned.permille,
    learned.batches,
    now,
  );
}
