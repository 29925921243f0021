/** Orders for a destination: pause and resume, open and close its breaker by hand. */
import { closed, opened } from '../../../core/breaker.ts';
import type { Context } from '../../context.ts';
import { deliveryLeaseMs } from '../../pipeline/7-deliver/attempt-delivery.ts';
import { never } from '../../store/destinations/wake-destinations.ts';
import type { DestinationRow } from '../../store/rows.ts';
import { changeDestination } from './find-destination.ts';

type Order = (ctx: Context, id: number, actor: string) => Promise<DestinationRow>;

/** Nothing more is sent there; what is in flight may end. Nothing is given up meanwhile. */
export const pauseDestination: Order = (ctx, id, actor) =>
  changeDestination(ctx, id, actor, (row, now) =>
    row.paused_at === null ? { paused_at: now, paused_by: actor, blocked_until: never, look_at: null } : null,
  );

/**
 * With an open breaker, not before a probe that was under way at the pause must have ended; and the time of what it holds
 * back begins anew, since nobody tried meanwhile.
 */
export const resumeDestination: Order = (ctx, id, actor) =>
  changeDestination(ctx, id, actor, (row, now) => {
    if (row.paused_at === null) return null;
    const blocked_until = row.breaker === 'open' ? row.paused_at + deliveryLeaseMs : 0;
    return {
      paused_at: null,
      paused_by: null,
      holds_since: row.breaker === 'open' ? now : null,
      blocked_until,
      look_at: Math.max(now, blocked_until),
    };
  });

/** Only probes are sent from now on. */
export const openBreaker: Order = (ctx, id, actor) =>
  changeDestination(ctx, id, actor, (row, now) => {
    if (row.breaker === 'open') return null;
    const health = opened(row, { now, off: false, faster: ctx.settings.RETRY_FASTER });
    const blocked_until = row.paused_at === null ? health.blocked_until : row.blocked_until;
    return {
      breaker: health.breaker,
      breaker_opened_at: health.breaker_opened_at,
      holds_since: health.holds_since,
      probes: health.probes,
      recovering_since: health.recovering_since,
      failing_since: health.failing_since ?? now,
      blocked_until,
      look_at: row.paused_at === null ? blocked_until : null,
    };
  });

/** Everything that waits is sent now, as if a probe had succeeded. */
export const closeBreaker: Order = (ctx, id, actor) =>
  changeDestination(ctx, id, actor, (row, now) => {
    if (row.breaker === 'closed') return null;
    const health = closed(row, now);
    const paused = row.paused_at !== null;
    return {
      breaker: health.breaker,
      breaker_opened_at: null,
      holds_since: null,
      failures: 0,
      failing_since: null,
      probes: 0,
      recovering_since: health.recovering_since,
      blocked_until: paused ? row.blocked_until : 0,
      look_at: paused ? null : now,
    };
  });
