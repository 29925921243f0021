/**
 * OpenAI has turned a batch away for want of room or money, when it was created or later. Nothing ran and nothing
 * failed: what it said is learned, the batch gives its reservation back and waits.
 */
import type { CapRules } from '../../../core/capacity/caps.ts';
import { afterRejection, readStatedLimit } from '../../../core/capacity/learning.ts';
import type { BatchFacts } from '../moves.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { waitWith } from './admit-batch.ts';
import { holdFunding } from './funding.ts';
import {
  type FamilyKey,
  learnedOf,
  lockLedger,
  readCapacityRow,
  readLedger,
  wakeOldest,
  writeLearned,
} from './knowledge.ts';

export interface TurnAwayInput {
  readonly batchId: number;
  readonly leaseToken: string;
  readonly cause: 'capacity' | 'funding';
  /** In OpenAI's words. */
  readonly message: string;
  readonly rules: CapRules;
  readonly facts: BatchFacts;
  readonly actor: string;
  /** From 0 to 1, spreads the pause. */
  readonly spread: number;
  /** Divides the pause. */
  readonly faster: number;
  readonly now: number;
}

/** The batch as it waits now; null when the lease is lost. */
export async function turnAway(tx: Tx, input: TurnAwayInput): Promise<BatchRow | null> {
  const { leaseToken, message, actor, now } = input;
  await lockLedger(tx);
  const batch = await tx.get<BatchRow>(
    `select * from batches where id = ? and lease_token = ?${tx.forUpdate}`,
    input.batchId,
    leaseToken,
  );
  if (!batch) return null;
  const key = { credentials: batch.provider_credentials ?? '', family: batch.model_family };
  const until =
    input.cause === 'funding'
      ? await holdFunding(tx, { ...input, credentials: key.credentials, byRows: false })
      : await learnRejection(tx, key, batch, input);
  const facts: BatchFacts = {
    ...input.facts,
    waiting_for: input.cause === 'funding' ? 'funding' : until === null ? 'room' : 'pause',
    waiting_since: now,
    waiting_reason: message,
    last_error: message,
    last_error_at: now,
    due_at: until ?? now,
  };
  const after = await waitWith(tx, batch, { leaseToken, now, facts, actor, reason: message });
  if (after) await wakeOldest(tx, key, now);
  return after;
}

/** @returns until when the family is held, or null when the batch has only to wait for room */
async function learnRejection(
  tx: Tx,
  key: FamilyKey,
  batch: BatchRow,
  { message, rules, spread, faster, now }: TurnAwayInput,
): Promise<number | null> {
  const learned = learnedOf(await readCapacityRow(tx, key));
  const ledger = await readLedger(tx, key, now);
  const stated = readStatedLimit(message);
  const after = afterRejection(key.family, rules, learned, {
    stated,
    ledgerTokens: Math.max(ledger.tokens, batch.ledger_tokens ?? 0),
    ledgerRequests: ledger.requests,
    alone: batch.sent_count === 1 && ledger.tokens <= (batch.reserved_tokens ?? 0),
    now,
    spread,
    faster,
  });
  await writeLearned(tx, key, after);
  await tx.run(
    `update capacity set rejected_total = rejected_total + 1, last_rejection = ?, last_rejection_at = ?,
       stated_at = coalesce(?, stated_at)
     where provider_credentials = ? and family = ?`,
    message,
    now,
    stated === null ? null : now,
    key.credentials,
    key.family,
  );
  return after.heldUntil !== null && after.heldUntil > now ? after.heldUntil : null;
}
