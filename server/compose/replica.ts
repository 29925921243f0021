/** Puts together what makes a process one of several: a name, the shared clock, its membership. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import type { Settings } from '../config/settings.ts';
import type { Context } from '../context.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { lookBack } from '../engine/look-back.ts';
import { beatMs, Membership } from '../engine/membership.ts';
import { SharedClock, steadyTime } from '../engine/shared-clock.ts';
import type { Store } from '../store/store.ts';

/** A name that no process has had before: leases are known by it. */
export function nameReplica(settings: Settings): string {
  const name = settings.REPLICA_NAME ?? hostname();
  return `${name}-${process.pid}-${randomBytes(3).toString('hex')}`;
}

/** One process has its own clock, several have their database's. */
export async function makeClock(store: Store, settings: Settings): Promise<Clock> {
  const offsetMs = settings.CLOCK_OFFSET_MS;
  if (store.notices === null) {
    return offsetMs === 0 ? systemClock : { ...systemClock, now: () => Date.now() + offsetMs };
  }
  const clock = new SharedClock(() => store.readTime(), steadyTime(offsetMs));
  await clock.synchronise();
  return clock;
}

/** What stops and goes on with this process's place among the others. */
interface Worker {
  /** Lets go of all work at once; resolves when nothing is done any more. */
  drop(): Promise<void>;
  /** May claim again. */
  resume(): void;
}

/**
 * Null where one process owns the database alone.
 *
 * @param isStopping whether nothing is to begin any more
 */
export function makeMembership(
  ctx: Context,
  workers: readonly Worker[],
  isStopping: () => boolean,
): Membership | null {
  if (!(ctx.clock instanceof SharedClock)) return null;
  let returns = 0;
  const membership = new Membership({
    ctx,
    clock: ctx.clock,
    role: ctx.settings.ROLE,
    version: packageJson.version,
    onAbsent: async () => {
      await Promise.all(workers.map((worker) => worker.drop()));
    },
    onPresent: () => {
      returns += 1;
      const own = returns;
      void comeBack(ctx, workers, () => own === returns && membership.present && !isStopping());
    },
  });
  return membership;
}

/**
 * The database may be another one than before the absence: a standby that had not heard the last commits. So nobody
 * works on it before it was looked at.
 */
async function comeBack(ctx: Context, workers: readonly Worker[], isStillBack: () => boolean): Promise<void> {
  while (isStillBack()) {
    try {
      await lookBack(ctx);
      if (isStillBack()) for (const worker of workers) worker.resume();
      return;
    } catch (error) {
      if (!isStillBack()) return;
      ctx.log.warn({ event: 'look_back_failed', err: error });
      await ctx.clock.pause(beatMs);
    }
  }
}
