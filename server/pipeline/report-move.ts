/** The last beat of a verb: one business event, after the commit. */
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
}
