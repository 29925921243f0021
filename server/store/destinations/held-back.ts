/** What becomes of messages that a broken destination has held back: called forward when it recovers, or given up. */
import { lateProbeMs } from '../../../core/breaker.ts';
import { leaseIsOver, noLease } from '../deliveries/delivery-lease.ts';
import { endBatch } from '../deliveries/end-batch.ts';
import { countHours } from '../figures/count-hour.ts';
import { inStateFor, setState } from '../moves.ts';
import type { Tx } from '../tx.ts';

/**
 * One slice for the destination that recovered first: whatever waits for its next attempt since before is due now, or
 * when its receiver has asked for it. An attempt that failed after the recovery keeps its pause, and so does what
 * somebody has an order for at this very moment. Indexes: destinations_recovering, requests_due.
 *
 * @returns true while there may be more
 */
export async function callForward(
  tx: Tx,
  input: { readonly limit: number; readonly now: number },
): Promise<boolean> {
  const destination = await tx.get<{ id: number; recovering_since: number }>(
    `select id, recovering_since from destinations where recovering_since is not null
     order by recovering_since limit 1${tx.skipLocked}`,
  );
  if (!destination) return false;
  const moved = await tx.run(
    `with picked as materialized (
       select id from requests where state = 'delivering' and destination_id = ? and due_at > ?
         and lease_token is null and updated_at < ? and (asked_until is null or asked_until < due_at)
       order by due_at, id limit ?${tx.skipLocked})
     update requests set due_at = case when asked_until > ? then asked_until else ? end
     where id in (select id from picked)`,
    destination.id,
    input.now,
    destination.recovering_since,
    input.limit,
    input.now,
    input.now,
  );
  const done = moved < input.limit;
  await tx.run(
    `update destinations set recovering_since = case when ? = 1 then null else recovering_since end,
       look_at = case when blocked_until > ? then blocked_until else ? end where id = ?`,
    done ? 1 : 0,
    input.now,
    input.now,
    destination.id,
  );
  return true;
}

/** What an open breaker has held for too long: a destination of its own accord, in whose round no probe is late. */
const heldByOpen = `select r.id from destinations d join requests r on r.destination_id = d.id
  where d.breaker = 'open' and d.holds_since < ? and d.blocked_until > ? and d.paused_at is null
    and r.state = 'delivering' and ${leaseIsOver}`;

/**
 * One slice of what an open breaker has kept from being sent for too long: it ends as delivery_failed, and can be
 * redelivered. What was sent as a probe knows since when it waits; for all others that is when they fell due.
 * Indexes: destinations_open, requests_due, requests_held.
 *
 * @param input.mostHeldMs how long a message may be held; while probes are late, nothing ends
 * @returns how many ended
 */
export async function giveUpHeld(
  tx: Tx,
  input: { readonly mostHeldMs: number; readonly limit: number; readonly now: number },
): Promise<number> {
  const { mostHeldMs, limit, now } = input;
  const before = now - mostHeldMs;
  const probeDueAfter = now - lateProbeMs(mostHeldMs);
  const rows = await tx.all<{ id: number; batch_id: number }>(
    `with picked as materialized (
       select id from requests
       where id in (
         select id from (${heldByOpen} and r.due_at < ? limit ?) as waiting
         union all select id from (${heldByOpen} and r.held_since < ? limit ?) as probed)
         and ${leaseIsOver} and ${inStateFor('give_up')}${tx.skipLocked})
     ${setState('give_up')}, due_at = null, ${noLease} where id in (select id from picked)
     returning id, batch_id`,
    ...[before, probeDueAfter, now, before, limit],
    ...[before, probeDueAfter, now, before, limit],
    now,
    now,
  );
  const counts = new Map<number, number>();
  for (const { batch_id } of rows) counts.set(batch_id, (counts.get(batch_id) ?? 0) + 1);
  for (const [batchId, count] of [...counts].sort(([a], [b]) => a - b)) {
    await tx.run(
      `update batches set delivering_count = delivering_count - ?,
         delivery_failed_count = delivery_failed_count + ? where id = ?`,
      count,
      count,
      batchId,
    );
    await endBatch(tx, batchId, now);
  }
  await countHours(tx, now, new Map([...counts].map(([id, count]) => [id, { delivery_failed: count }])));
  return rows.length;
}
