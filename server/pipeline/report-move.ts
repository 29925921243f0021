/** The last beat of a verb: one business event, after the commit. */
import { ratioOf } from '../../core/capacity/calibration.ts';
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';

export function reportMove(ctx: Context, before: BatchRow, after: BatchRow): void {
  const seconds = (after.state_at - before.state_at) / 1_000;
  ctx.metrics.stageSeconds.observe({ state: before.state }, Math.max(0, seconds));
  ctx.log.info({
    event: 'batch_moved',
    batch: after.id,
    endpoint: after.endpoint,
    model: after.model,
    from: before.state,
    to: after.state,
    requests: after.request_count,
  });
  ctx.wakeUps.wakeFor(after.state);
  // What has left OpenAI gives room to what waits.
  if (before.state === 'openai_processing') ctx.wakeUps.wake('submit');
  if (before.state === 'ready_to_deliver') observeEstimate(ctx, before);
}

/** How far the estimate by which a batch was admitted was from what it used. */
function observeEstimate(ctx: Context, batch: BatchRow): void {
  const used = ratioOf({
    estimatedTokens: batch.reserved_tokens ?? 0,
    inputTokens: batch.input_tokens,
    lines: batch.sent_count ?? 0,
    succeeded: batch.succeeded_count,
  });
  if (used !== null) ctx.metrics.estimateError.observe({ endpoint: batch.endpoint }, 1 / used - 1);
}
