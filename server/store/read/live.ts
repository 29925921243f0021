/** What has changed since a page looked: a handful of rows by key, cheap enough for each second. */
import { hourMs } from '../figures/count-hour.ts';
import type { Tx } from '../tx.ts';

/**
 * On PostgreSQL ids are given out when they are asked for and seen when they are committed: an older one may come to
 * light after a newer one. Nobody is later than so many ids.
 */
export const latestIds = 1_000;

export interface LiveMark {
  /** The newest transition. */
  readonly transitionId: number;
  /** How many there are among the latest ids: one more when an older one comes to light. */
  readonly transitions: number;
  readonly actionId: number;
  readonly actions: number;
  /** Sums of this hour and the one before; they only grow, except at the turn of an hour. */
  readonly accepted: number;
  readonly outcomes: number;
  readonly handOvers: number;
  /** Keys of actions under way. */
  readonly running: readonly string[];
}

export async function readLiveMark(tx: Tx, input: { readonly now: number }): Promise<LiveMark> {
  const moves = await readNewest(tx, 'transitions');
  const orders = await readNewest(tx, 'actions');
  const hour = await tx.get<{ accepted: number; outcomes: number; handovers: number }>(
    `select cast(coalesce(sum(accepted), 0) as bigint) as accepted,
       cast(coalesce(sum(succeeded + failed + expired + cancelled), 0) as bigint) as outcomes,
       cast(coalesce(sum(delivered + delivery_failed), 0) as bigint) as handovers
     from hour_counts where hour >= ?`,
    Math.floor(input.now / hourMs) * hourMs - hourMs,
  );
  const running = await tx.all<{ key: string }>(
    'select key from actions where ended_at is null order by key limit 50',
  );
  return {
    transitionId: moves.id,
    transitions: moves.count,
    actionId: orders.id,
    actions: orders.count,
    accepted: hour?.accepted ?? 0,
    outcomes: hour?.outcomes ?? 0,
    handOvers: hour?.handovers ?? 0,
    running: running.map(({ key }) => key),
  };
}

/** By primary key. */
async function readNewest(
  tx: Tx,
  table: 'transitions' | 'actions',
): Promise<{ readonly id: number; readonly count: number }> {
  const newest = await tx.get<{ id: number; count: number }>(
    `select coalesce(max(id), 0) as id, count(*) as count from ${table}
     where id > (select coalesce(max(id), 0) from ${table}) - ${latestIds}`,
  );
  return newest ?? { id: 0, count: 0 };
}

export interface MoveRow {
  readonly id: number;
  readonly batch_id: number;
  readonly at: number;
}

/** Moves with larger ids, newest first, by primary key. */
export async function listMoves(
  tx: Tx,
  input: { readonly afterId: number; readonly limit: number },
): Promise<MoveRow[]> {
  return tx.all<MoveRow>(
    'select id, batch_id, at from transitions where id > ? order by id desc limit ?',
    input.afterId,
    input.limit,
  );
}
