/** What is known of a family's cap, and what stands in its ledger. */

import type { Ledger } from '../../../core/capacity/admission.ts';
import { type TokenRatio, uncalibrated } from '../../../core/capacity/calibration.ts';
import { type Learned, nothingLearned } from '../../../core/capacity/caps.ts';
import type { Tx } from '../tx.ts';

/** Caps belong to a project's key, and models of one family share one. */
export interface FamilyKey {
  readonly credentials: string;
  readonly family: string;
}

/**
 * Whoever decides by the ledger, or gives room back and wakes who waits for it, does so alone: woken between another's look
 * and its going to wait, that one would not be found, and wait until its safety net. Taken before the rows of capacity.
 */
export function lockLedger(tx: Tx): Promise<void> {
  return tx.lock('capacity', [1]);
}

export interface CapacityRow {
  provider_credentials: string;
  family: string;
  stated_tokens: number | null;
  stated_requests: number | null;
  stated_at: number | null;
  assumed_permille: number;
  margin_steps: number;
  clean_batches: number;
  rejections: number;
  held_until: number | null;
  rejected_total: number;
  last_rejection: string | null;
  last_rejection_at: number | null;
}

export function learnedOf(row: CapacityRow | undefined): Learned {
  if (!row) return nothingLearned;
  return {
    statedTokens: row.stated_tokens,
    statedRequests: row.stated_requests,
    assumedPermille: row.assumed_permille,
    marginSteps: row.margin_steps,
    cleanBatches: row.clean_batches,
    rejections: row.rejections,
    heldUntil: row.held_until,
  };
}

export async function readCapacityRow(
  tx: Tx,
  { credentials, family }: FamilyKey,
): Promise<CapacityRow | undefined> {
  return tx.get<CapacityRow>(
    `select * from capacity where provider_credentials = ? and family = ?${tx.forUpdate}`,
    credentials,
    family,
  );
}

export async function writeLearned(
  tx: Tx,
  { credentials, family }: FamilyKey,
  learned: Learned,
): Promise<void> {
  const values = [
    learned.statedTokens,
    learned.statedRequests,
    learned.assumedPermille,
    learned.marginSteps,
    learned.cleanBatches,
    learned.rejections,
    learned.heldUntil,
  ];
  await tx.run(
    `insert into capacity (provider_credentials, family, stated_tokens, stated_requests, assumed_permille,
       margin_steps, clean_batches, rejections, held_until)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (provider_credentials, family) do update set
       stated_tokens = excluded.stated_tokens, stated_requests = excluded.stated_requests,
       assumed_permille = excluded.assumed_permille, margin_steps = excluded.margin_steps,
       clean_batches = excluded.clean_batches, rejections = excluded.rejections,
       held_until = excluded.held_until`,
    credentials,
    family,
    ...values,
  );
}

/** What has not begun after so long says nothing about the cap any more, and holds nobody up. */
const provesWithinMs = 3_600_000;

/** What is at OpenAI or may be. Index: batches_reserved. */
export async function readLedger(tx: Tx, { credentials, family }: FamilyKey, now: number): Promise<Ledger> {
  const sums = await tx.get<{ tokens: number | null; requests: number | null; unproven: number | null }>(
    `select sum(reserved_tokens) as tokens, sum(reserved_requests) as requests,
       sum(case when reserved_at < ? then 0
                when state = 'openai_processing' and coalesce(openai_status, 'validating') = 'validating' then 1
                when state <> 'openai_processing' and submit_looks = 0 then 1 else 0 end) as unproven
     from batches where provider_credentials = ? and model_family = ? and reserved_at is not null`,
    now - provesWithinMs,
    credentials,
    family,
  );
  return { tokens: sums?.tokens ?? 0, requests: sums?.requests ?? 0, unproven: sums?.unproven ?? 0 };
}

export async function readRatio(tx: Tx, endpoint: string, model: string): Promise<TokenRatio> {
  const row = await tx.get<TokenRatio>(
    'select permille, batches from token_ratios where endpoint = ? and model = ?',
    endpoint,
    model,
  );
  return row ?? uncalibrated;
}

/**
 * Makes the oldest waiting batch of a family due: it looks, and wakes whoever else may go. One that somebody is at
 * work on is passed over, since it looks by itself. Index: batches_waiting.
 */
export async function wakeOldest(tx: Tx, { credentials, family }: FamilyKey, now: number): Promise<void> {
  await tx.run(
    `update batches set due_at = ? where id in (
       select id from batches
       where provider_credentials = ? and model_family = ? and state in ('uploaded', 'waiting_for_capacity')
         and waiting_for in ('room', 'turn', 'proof', 'pause')
       order by closed_at, id limit 1${tx.skipLocked})`,
    now,
    credentials,
    family,
  );
}

/** A batch of a family has begun: whoever waited for that proof may look again. */
export async function wakeFamily(tx: Tx, input: FamilyKey & { readonly now: number }): Promise<void> {
  await lockLedger(tx);
  await wakeOldest(tx, input, input.now);
}
