import type { BatchState } from '../../../core/batch.ts';
import type { BatchRow } from '../rows.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Tx } from '../tx.ts';

export interface ClaimBatchesInput {
  readonly states: readonly BatchState[];
  readonly now: number;
  readonly limit: number;
  readonly leaseMs: number;
  /** Fences every later record of this claim. */
  readonly leaseToken: string;
  readonly owner: string;
}

export interface ClaimBatchesOutput {
  readonly batches: BatchRow[];
  /** When the next batch of these states falls due, if any does. */
  readonly nextDueAt: number | null;
}

/**
 * Takes due batches under a lease; an expired lease is taken over by the same statement.
 * Index: batches_due (state, due_at).
 */
export async function claimBatches(tx: Tx, input: ClaimBatchesInput): Promise<ClaimBatchesOutput> {
  const { states, now } = input;
  const marks = states.map(() => '?').join(', ');
  const claiming = tx.all<BatchRow>(
    `with picked as materialized (
       select id from batches
       where state in (${marks}) and due_at <= ? and (lease_until is null or lease_until <= ?)
         and deleted_at is null
       order by due_at limit ?${tx.skipLocked})
     update batches set lease_token = ?, lease_until = ?, lease_owner = ?
     where id in (select id from picked)
     returning *`,
    ...states,
    now,
    now,
    input.limit,
    input.leaseToken,
    now + input.leaseMs,
    input.owner,
  );
  const [batches, nextDueAt] = await sideBySide([claiming, findNextDue(tx, states, now)]);
  return { batches, nextDueAt };
}

/** State by state, so that each is one step into the index however many batches wait there. */
async function findNextDue(tx: Tx, states: readonly BatchState[], now: number): Promise<number | null> {
  const firsts = states.map(
    () => `select (
      select due_at from batches
      where state = ? and due_at > ? and (lease_until is null or lease_until <= ?)
      order by due_at limit 1) as at`,
  );
  const next = await tx.get<{ at: number | null }>(
    `select min(at) as at from (${firsts.join(' union all ')}) as firsts`,
    ...states.flatMap((state) => [state, now, now]),
  );
  return next?.at ?? null;
}
