/** A batch as the API shows it. */

import type { Static } from 'typebox';
import { type BatchMove, mayMove } from '../../core/batch.ts';
import type { BatchDetailSchema, BatchSchema } from '../../core/contract/views.ts';
import { isUnusuallyLong } from '../../core/usual-time.ts';
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';
import { waitingView } from './capacity-view.ts';
import { pausedStageOf } from './stage-views.ts';
import { isoTime, isoTimeOrNull } from './times.ts';
import { usualTimes } from './usual-times.ts';

export type BatchView = Static<typeof BatchSchema>;
export type BatchDetailView = Static<typeof BatchDetailSchema>;

/** Moves that a person may order. */
const operatorMoves = ['close', 'cancel', 'resubmit', 'restart', 'redeliver'] as const satisfies BatchMove[];

function movesOf(row: BatchRow): BatchMove[] {
  return operatorMoves.filter((move) => {
    if (!mayMove(row.state, move)) return false;
    if (move === 'close') return row.request_count > row.cancelled_count;
    if (move === 'resubmit') return row.condition === 'vanished' && row.resubmit_requested_at === null;
    if (move === 'restart') return row.settled_at !== null && row.restart_requested_at === null;
    return move !== 'cancel' || row.cancel_requested_at === null;
  });
}

/** Batches with what is usual for the states they stand in. */
export async function batchViews(ctx: Context, rows: readonly BatchRow[]): Promise<BatchView[]> {
  const usual = await usualTimes(
    ctx,
    rows.map((row) => row.state),
  );
  const now = ctx.clock.now();
  const waits = rows.some((row) => row.waiting_for !== null);
  const capacity = waits ? await ctx.store.readCapacity({ credentials: ctx.provider.credentials }) : null;
  return rows.map((row) => {
    const usualMs = usual[row.state] ?? null;
    return {
      ...batchView(row),
      waiting: capacity && waitingView(ctx, capacity, row),
      state_p95_ms: usualMs,
      unusually_long: isUnusuallyLong(now - row.state_at, usualMs),
    };
  });
}

export function batchView(row: BatchRow): BatchView {
  return {
    id: row.id,
    endpoint: row.endpoint,
    model: row.model,
    state: row.state,
    moves: movesOf(row),
    hand_over: row.hand_over,
    successor_of: row.successor_of,
    failure: row.failure,
    refusals: row.refusals,
    row_limit: row.row_limit,
    condition: row.condition,
    condition_since: isoTimeOrNull(row.condition_since),
    close_reason: row.close_reason,
    request_count: row.request_count,
    sent_count: row.sent_count,
    size_bytes: row.size_bytes,
    estimated_input_tokens: row.estimated_tokens,
    succeeded_count: row.succeeded_count,
    failed_count: row.failed_count,
    expired_count: row.expired_count,
    cancelled_count: row.cancelled_count,
    delivering_count: row.delivering_count,
    delivered_count: row.delivered_count,
    delivery_failed_count: row.delivery_failed_count,
    output_lines: row.output_lines,
    error_lines: row.error_lines,
    missing_lines: row.missing_lines,
    duplicate_lines: row.duplicate_lines,
    unknown_lines: row.unknown_lines,
    ...providerFacts(row),
    input_tokens: row.input_tokens,
    cached_tokens: row.cached_tokens,
    output_tokens: row.output_tokens,
    reasoning_tokens: row.reasoning_tokens,
    list_nano_usd: row.list_nano_usd,
    paid_nano_usd: row.paid_nano_usd,
    saved_nano_usd: row.list_nano_usd - row.paid_nano_usd,
    unpriced_count: row.unpriced_count,
    tries: row.tries,
    last_error: row.last_error,
    next_try_at: isoTimeOrNull(row.due_at),
    cancel_requested_at: isoTimeOrNull(row.cancel_requested_at),
    restart_requested_at: isoTimeOrNull(row.restart_requested_at),
    created_at: isoTime(row.created_at),
    state_at: isoTime(row.state_at),
    state_p95_ms: null,
    unusually_long: false,
    closed_at: isoTimeOrNull(row.closed_at),
    settled_at: isoTimeOrNull(row.settled_at),
    ended_at: isoTimeOrNull(row.ended_at),
  };
}

function providerFacts(row: BatchRow) {
  return {
    openai_input_file_id: row.openai_input_file_id,
    openai_batch_id: row.openai_batch_id,
    openai_status: row.openai_status,
    openai_status_last_checked_at: isoTimeOrNull(row.openai_checked_at),
    openai_requests_total: row.openai_total,
    openai_requests_completed: row.openai_completed,
    openai_requests_failed: row.openai_failed,
    openai_output_file_id: row.openai_output_file_id,
    openai_error_file_id: row.openai_error_file_id,
    openai_errors: row.openai_errors === null ? null : (JSON.parse(row.openai_errors) as unknown),
    waiting_reason: row.waiting_reason,
  };
}

/** Transitions shown with a batch; a healthy one has about ten. */
const mostTransitions = 1_000;

export async function batchDetailView(ctx: Context, id: number): Promise<BatchDetailView | null> {
  const row = await ctx.store.getBatch({ id });
  if (!row) return null;
  const transitions = await ctx.store.listTransitions({ batchId: id, limit: mostTransitions });
  const [view] = await batchViews(ctx, [row]);
  return {
    ...(view ?? batchView(row)),
    transitions: transitions.map((t) => ({
      move: t.move,
      from: t.from_state,
      to: t.to_state,
      actor: t.actor,
      reason: t.reason,
      transitioned_at: isoTime(t.at),
    })),
    paused_stage: pausedStageOf(ctx.live, row),
  };
}
