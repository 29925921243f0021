/** What the engine is doing, as the rows say. */
import type { BatchState } from '../../../core/batch.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

export type WorkRow = Pick<
  BatchRow,
  | 'id'
  | 'endpoint'
  | 'model'
  | 'state'
  | 'state_at'
  | 'lease_owner'
  | 'lease_until'
  | 'tries'
  | 'last_error'
  | 'last_error_at'
  | 'due_at'
>;

const columns =
  'id, endpoint, model, state, state_at, lease_owner, lease_until, tries, last_error, last_error_at, due_at';

/** Batches that somebody works on now. Index: batches_leased. */
export async function listLeases(
  tx: Tx,
  input: { readonly now: number; readonly limit: number },
): Promise<WorkRow[]> {
  return tx.all<WorkRow>(
    `select ${columns} from batches where lease_until > ? and deleted_at is null order by lease_until limit ?`,
    input.now,
    input.limit,
  );
}

/** Batches whose last try failed, newest failure first. Index: batches_troubled. */
export async function listTroubled(tx: Tx, input: { readonly limit: number }): Promise<WorkRow[]> {
  return tx.all<WorkRow>(
    `select ${columns} from batches where last_error is not null and tries > 0 and deleted_at is null
     order by last_error_at desc limit ?`,
    input.limit,
  );
}

export interface DueCount {
  readonly state: BatchState;
  readonly due: number;
}

/** Batches that could be worked on now. Index: batches_due. */
export async function countDue(tx: Tx, input: { readonly now: number }): Promise<DueCount[]> {
  return tx.all<DueCount>(
    `select state, count(*) as due from batches
     where due_at <= ? and (lease_until is null or lease_until <= ?) and deleted_at is null group by state`,
    input.now,
    input.now,
  );
}
