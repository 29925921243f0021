/**
 * Puts destinations into the dispatcher's round. Whatever makes a delivery due says so here, in the same transaction:
 * a destination that is not told about is not looked at.
 */
import { lockRows } from '../lock-rows.ts';
import type { Tx } from '../tx.ts';

/** Later than any clock: nothing is sent before somebody lifts the block. */
export const never = 9_000_000_000_000_000;

/** Looks at these no later than `dueAt`, but not before their block ends. */
export async function wakeDestinations(
  tx: Tx,
  destinationIds: readonly number[],
  dueAt: number,
): Promise<void> {
  const ids = [...new Set(destinationIds)].sort((a, b) => a - b);
  if (ids.length === 0) return;
  // Beside us a claim may be about to write that nothing is due: it does not see what we make due. It must end first.
  await lockRows(tx, 'destinations', ids);
  await tx.run(
    `update destinations set look_at = case when blocked_until > ? then blocked_until else ? end
     where id in ${tx.list} and (look_at is null or look_at > ?)`,
    dueAt,
    dueAt,
    tx.listOf(ids),
    dueAt,
  );
}

/**
 * Looks now at every destination in the round: deliveries are anybody's whose sender is gone. Waits for no row that
 * somebody holds, perhaps the one that is gone; who is passed over is looked at soon all the same.
 */
export async function wakeAll(tx: Tx, { now }: { readonly now: number }): Promise<void> {
  await tx.run(
    `with late as materialized (
       select id from destinations where look_at > ? and look_at > blocked_until order by id${tx.skipLocked})
     update destinations set look_at = case when blocked_until > ? then blocked_until else ? end
     where id in (select id from late)`,
    now,
    now,
    now,
  );
}

/**
 * Looks at every destination that has deliveries and is in nobody's round: a safety net, and the first thing after a
 * start. Index: requests_due.
 */
export async function wakeForgotten(tx: Tx, { now }: { readonly now: number }): Promise<number> {
  return tx.run(
    `with forgotten as materialized (
       select id from destinations d where look_at is null and exists (
         select 1 from requests r where r.state = 'delivering' and r.destination_id = d.id)
       order by id${tx.forUpdate})
     update destinations set look_at = case when blocked_until > ? then blocked_until else ? end
     where id in (select id from forgotten)`,
    now,
    now,
  );
}
