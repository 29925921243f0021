/**
 * What nobody needs at the provider any more: an owned duty, retried until it is done. It is planned in the transaction
 * that makes it true, so that a kill leaves nothing there without an owner.
 */
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

/** A `file` is removed; a `batch` is a second one for one of ours, and cancelled. */
export type RemoteKind = 'file' | 'batch';

export interface RemoteCleanupRow {
  id: number;
  batch_id: number | null;
  kind: RemoteKind;
  remote_id: string;
  provider_credentials: string;
  due_at: number;
  tries: number;
  last_error: string | null;
}

export interface CleanupPlan {
  readonly kind: RemoteKind;
  readonly batchId: number | null;
  readonly remoteIds: readonly string[];
  readonly credentials: string;
  readonly dueAt: number;
  readonly now: number;
}

/** What is planned already stays as it is. @returns how many are new */
export async function planCleanup(tx: Tx, plan: CleanupPlan): Promise<number> {
  const planned = await tx.each(
    `insert into remote_cleanups (remote_id, batch_id, kind, provider_credentials, due_at, created_at)
     values (?, ?, ?, ?, ?, ?) on conflict (kind, remote_id) do nothing`,
    plan.remoteIds.map((id) => [id, plan.batchId, plan.kind, plan.credentials, plan.dueAt, plan.now]),
  );
  return planned.reduce((sum, changed) => sum + changed, 0);
}

/** Plans the removal of every file that a batch has at the provider. */
export async function planFilesOf(tx: Tx, batch: BatchRow, dueAt: number, now: number): Promise<void> {
  const { openai_input_file_id: input, openai_output_file_id: output, openai_error_file_id: error } = batch;
  const ids = [input, output, error].filter((id) => id !== null);
  await planFiles(tx, batch, ids, dueAt, now);
}

/** An input file that a batch no longer knows after a change is removed at once. */
export async function planForgotten(
  tx: Tx,
  before: BatchRow,
  after: Pick<BatchRow, 'openai_input_file_id'>,
  now: number,
): Promise<void> {
  const { openai_input_file_id: id } = before;
  if (id !== null && id !== after.openai_input_file_id) await planFiles(tx, before, [id], now, now);
}

async function planFiles(
  tx: Tx,
  { id: batchId, provider_credentials: credentials }: BatchRow,
  remoteIds: readonly string[],
  dueAt: number,
  now: number,
): Promise<void> {
  if (remoteIds.length === 0 || credentials === null) return;
  await planCleanup(tx, { kind: 'file', batchId, remoteIds, credentials, dueAt, now });
}

/** Takes due duties; the due time moves on, so that a killed process delays one and loses none. */
export async function claimCleanups(
  tx: Tx,
  input: {
    readonly credentials: string;
    readonly now: number;
    readonly leaseMs: number;
    readonly limit: number;
  },
): Promise<RemoteCleanupRow[]> {
  return tx.all<RemoteCleanupRow>(
    `with picked as materialized (
       select id from remote_cleanups where due_at <= ? and provider_credentials = ? order by due_at limit ?${tx.skipLocked})
     update remote_cleanups set due_at = ?, tries = tries + 1
     where id in (select id from picked)
     returning *`,
    input.now,
    input.credentials,
    input.limit,
    input.now + input.leaseMs,
  );
}

export async function finishCleanup(tx: Tx, input: { readonly id: number }): Promise<void> {
  await tx.run('delete from remote_cleanups where id = ?', input.id);
}

export async function postponeCleanup(
  tx: Tx,
  input: { readonly id: number; readonly dueAt: number; readonly error: string },
): Promise<void> {
  await tx.run(
    'update remote_cleanups set due_at = ?, last_error = ? where id = ?',
    input.dueAt,
    input.error,
    input.id,
  );
}
