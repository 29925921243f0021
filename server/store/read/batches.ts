import type { BatchState } from '../../../core/batch.ts';
import type { ListOrder } from '../../../core/list-order.ts';
import type { BatchRow, TransitionRow } from '../rows.ts';
import type { SqlValue, Tx } from '../tx.ts';

export async function getBatch(tx: Tx, input: { readonly id: number }): Promise<BatchRow | undefined> {
  return tx.get<BatchRow>('select * from batches where id = ? and deleted_at is null', input.id);
}

export interface ListBatchesInput {
  readonly states?: readonly BatchState[];
  readonly model?: string;
  readonly endpoint?: string;
  /** Newest first (`desc`) when left out. */
  readonly order?: ListOrder;
  /** Keyset: only batches past this id, in the list's order. */
  readonly cursor: number | null;
  readonly limit: number;
}

/** Batches are few beside requests; by state the index batches_by_state serves. */
export async function listBatches(tx: Tx, input: ListBatchesInput): Promise<BatchRow[]> {
  const { order = 'desc' } = input;
  const where = ['deleted_at is null'];
  const params: SqlValue[] = [];
  const add = (sql: string, ...values: SqlValue[]) => {
    where.push(sql);
    params.push(...values);
  };
  if (input.states) add(`state in (${input.states.map(() => '?').join(', ')})`, ...input.states);
  if (input.model !== undefined) add('model = ?', input.model);
  if (input.endpoint !== undefined) add('endpoint = ?', input.endpoint);
  if (input.cursor !== null) add(order === 'desc' ? 'id < ?' : 'id > ?', input.cursor);
  return tx.all<BatchRow>(
    `select * from batches where ${where.join(' and ')} order by id ${order} limit ?`,
    ...params,
    input.limit,
  );
}

/** Oldest first. Index: transitions_by_batch. */
export async function listTransitions(
  tx: Tx,
  input: { readonly batchId: number; readonly limit: number },
): Promise<TransitionRow[]> {
  return tx.all<TransitionRow>(
    'select * from transitions where batch_id = ? order by id limit ?',
    input.batchId,
    input.limit,
  );
}

export interface StateCount {
  readonly state: BatchState;
  readonly batches: number;
  readonly requests: number;
  /** When the batch that has stood longest in this state entered it. */
  readonly oldestAt: number;
}

/** Batches and their requests by batch state, from stored counters. */
export async function countBatches(tx: Tx): Promise<StateCount[]> {
  return tx.all<StateCount>(
    `select state, count(*) as batches, sum(request_count) as requests, min(state_at) as "oldestAt"
     from batches where deleted_at is null group by state`,
  );
}

export interface RequestCounts {
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly expired: number;
  readonly cancelled: number;
  readonly delivering: number;
  readonly delivered: number;
  readonly deliveryFailed: number;
  readonly listNanoUsd: number;
  readonly paidNanoUsd: number;
}

/** Sums over the counters of all batches kept; never looks at requests. */
export async function countRequests(tx: Tx): Promise<RequestCounts> {
  const row = await tx.get<RequestCounts>(
    `select coalesce(sum(request_count), 0) as requests, coalesce(sum(succeeded_count), 0) as succeeded,
       coalesce(sum(failed_count), 0) as failed, coalesce(sum(expired_count), 0) as expired,
       coalesce(sum(cancelled_count), 0) as cancelled, coalesce(sum(delivering_count), 0) as delivering,
       coalesce(sum(delivered_count), 0) as delivered,
       coalesce(sum(delivery_failed_count), 0) as "deliveryFailed",
       coalesce(sum(list_nano_usd), 0) as "listNanoUsd", coalesce(sum(paid_nano_usd), 0) as "paidNanoUsd"
     from batches where deleted_at is null`,
  );
  if (!row) throw new Error('an aggregate returned no row');
  return row;
}

/** Batches at the provider, and when the oldest was created there. Index: batches_by_state. */
export async function countRunning(
  tx: Tx,
): Promise<{ readonly count: number; readonly oldestAt: number | null }> {
  const row = await tx.get<{ count: number; oldestAt: number | null }>(
    `select count(*) as count, min(openai_created_at) as "oldestAt" from batches
     where state = 'openai_processing' and deleted_at is null`,
  );
  return row ?? { count: 0, oldestAt: null };
}
