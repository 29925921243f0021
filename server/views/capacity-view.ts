/** The ledger as it is shown: by family, and for each batch that waits to be created. */
import type { Static } from 'typebox';
import { calibrate, uncalibrated } from '../../core/capacity/calibration.ts';
import { type Cap, capOf, requestCapOf } from '../../core/capacity/caps.ts';
import { explainWaiting } from '../../core/capacity/explain.ts';
import type { CapacitySchema, WaitingSchema } from '../../core/contract/capacity.ts';
import type { Context } from '../context.ts';
import { capRules } from '../pipeline/capacity.ts';
import { learnedOf } from '../store/capacity/knowledge.ts';
import type { CapacityNow } from '../store/capacity/read-capacity.ts';
import type { BatchRow } from '../store/rows.ts';
import { isoTime, isoTimeOrNull } from './times.ts';

export type CapacityView = Static<typeof CapacitySchema>;
export type WaitingView = Static<typeof WaitingSchema>;

function knownOf(ctx: Context, now: CapacityNow, family: string) {
  const row = now.learned.find((known) => known.family === family);
  const learned = learnedOf(row);
  const cap: Cap = capOf(family, capRules(ctx), learned);
  return { row, learned, cap, sums: now.sums.find((sum) => sum.family === family) };
}

/** Why a batch waits to be created; null when that is not what it waits for. */
export function waitingView(ctx: Context, now: CapacityNow, row: BatchRow): WaitingView | null {
  if (row.waiting_for === null || row.state !== 'waiting_for_capacity') return null;
  const { cap, sums, learned, row: known } = knownOf(ctx, now, row.model_family);
  const ratio = now.ratios.find(({ endpoint, model }) => endpoint === row.endpoint && model === row.model);
  const estimate = calibrate(row.estimated_tokens, ratio ?? uncalibrated);
  const reservedTokens = sums?.tokens ?? 0;
  const embeddings = {
    reserved: sums?.requests ?? 0,
    cap: requestCapOf(learned),
    count: row.embedding_inputs,
  };
  const said = row.waiting_for === 'funding' ? now.holds[0]?.message : known?.last_rejection;
  return {
    for: row.waiting_for,
    reason: explainWaiting(
      row.waiting_for,
      { family: row.model_family, cap, reservedTokens, estimate, embeddings },
      said ?? null,
    ),
    family: row.model_family,
    reserved: reservedTokens,
    cap: cap.tokens,
    cap_source: cap.source,
    usable: cap.usable,
    estimate,
    reserved_requests: embeddings.reserved,
    request_cap: embeddings.cap,
    requests: embeddings.count,
    frees_next: sums?.oldest ?? null,
    since: isoTimeOrNull(row.waiting_since),
    next_try_at: isoTimeOrNull(row.due_at),
  };
}

/** Every family that holds, waits or has learned something. */
export async function capacityView(ctx: Context): Promise<CapacityView> {
  const now = await ctx.store.readCapacity({ credentials: ctx.provider.credentials });
  const families = [...new Set([...now.sums, ...now.learned].map(({ family }) => family))].sort();
  const [hold] = now.holds;
  return {
    funding: {
      blocked: hold !== undefined,
      since: isoTimeOrNull(hold?.since ?? null),
      message: hold?.message ?? null,
      next_probe_at: isoTimeOrNull(hold?.next_probe_at ?? null),
    },
    families: families.map((family) => familyView(ctx, now, family)),
    estimates: now.ratios.map(({ endpoint, model, permille, batches }) => ({
      endpoint,
      model,
      real_by_estimated: permille / 1_000,
      batches,
    })),
  };
}

function familyView(ctx: Context, now: CapacityNow, family: string): CapacityView['families'][number] {
  const { row, learned, cap, sums } = knownOf(ctx, now, family);
  return {
    family,
    cap: cap.tokens,
    cap_source: cap.source,
    usable: cap.usable,
    reserved: sums?.tokens ?? 0,
    request_cap: requestCapOf(learned),
    reserved_requests: sums?.requests ?? 0,
    batches: sums?.reserved ?? 0,
    waiting_batches: sums?.waiting ?? 0,
    waiting_tokens: sums?.waitingTokens ?? 0,
    frees_next: sums?.oldest ?? null,
    rejections: row?.rejected_total ?? 0,
    held_until: isoTimeOrNull(learned.heldUntil),
    last_rejection: row?.last_rejection ?? null,
    last_rejection_at: row?.last_rejection_at == null ? null : isoTime(row.last_rejection_at),
  };
}
