/** What has changed since a page looked: a handful of rows by key, cheap enough for each second. */
import { hourMs } from '../figures/count-hour.ts';
import type { Tx } from '../tx.ts';

export interface LiveMark {
  /** The newest transition; ids rise. */
  readonly transitionId: number;
  readonly actionId: number;
  /** Sums of this hour and the one before; they only grow, except at the turn of an hour. */
  readonly accepted: number;
  readonly outcomes: number;
  readonly handOvers: number;
  /** Keys of actions under way. */
  readonly running: readonly string[];
}

export async function readLiveMark(tx: Tx, input: { readonly now: number }): Promise<LiveMark> {
  const newest = await tx.get<{ transition: number; action: number }>(
    `select (select coalesce(max(id), 0) from transitions) as transition,
       (select coalesce(max(id), 0) from actions) as action`,
  );
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
    transitionId: newest?.transition ?? 0,
    actionId: newest?.action ?? 0,
    accepted: hour?.accepted ?? 0,
    outcomes: hour?.outcomes ?? 0,
    handOvers: hour?.handovers ?? 0,
    running: running.map(({ key }) => key),
  };
}

/** Batches that moved after a transition, by primary key. */
export async function listMovedBatches(
  tx: Tx,
  input: { readonly afterTransitionId: number; readonly limit: number },
): Promise<number[]> {
  const rows = await tx.all<{ batch_id: number }>(
    'select batch_id from transitions where id > ? order by id limit ?',
    input.afterTransitionId,
    input.limit,
  );
  return [...new Set(rows.map((row) => row.batch_id))];
}
