/** Ends the leases of batches that stay where they are: all that end within one turn in one transaction. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { Held } from '../engine/driver.ts';
import type { Release } from '../store/batches/release-batches.ts';
import type { BatchFacts } from '../store/moves.ts';

interface Group {
  readonly releases: Release[];
  readonly recorded: Promise<void>;
}

const gathering = new WeakMap<Context, Group>();

/**
 * Resolves when it is recorded, or when the lease turned out to be lost. Where the store refuses what is told of one batch,
 * all of its turn fail: then each is recorded by itself.
 */
export async function release(ctx: Context, { batch, leaseToken }: Held, facts: BatchFacts): Promise<void> {
  const mine = { batchId: batch.id, leaseToken, facts };
  const group = gathering.get(ctx) ?? begin(ctx);
  group.releases.push(mine);
  try {
    await group.recorded;
  } catch (error) {
    const isAway = error instanceof AppError && error.code === 'store_unavailable';
    if (isAway || group.releases.length === 1) throw error;
    await ctx.store.releaseBatches({ releases: [mine] });
  }
}

function begin(ctx: Context): Group {
  const releases: Release[] = [];
  const recorded = nextTurn().then(() => {
    gathering.delete(ctx);
    return ctx.store.releaseBatches({ releases });
  });
  const group = { releases, recorded };
  gathering.set(ctx, group);
  return group;
}
