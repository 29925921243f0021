/** Things to remove at the provider: an owned duty, retried until it is done. */
import type { Tx } from '../tx.ts';

export interface RemoteCleanupRow {
  id: number;
  batch_id: number | null;
  kind: 'file';
  remote_id: string;
  provider_credentials: string;
  due_at: number;
  tries: number;
  last_error: string | null;
}

export async function planCleanup(
  tx: Tx,
  input: {
    readonly batchId: number | null;
    readonly remoteIds: readonly string[];
    readonly credentials: string;
    readonly dueAt: number;
    readonly now: number;
  },
): Promise<void> {
  await tx.each(
    `insert into remote_cleanups (batch_id, kind, remote_id, provider_credentials, due_at, created_at)
     values (?, 'file', ?, ?, ?, ?) on conflict (kind, remote_id) do nothing`,
    input.remoteIds.map((id) => [input.batchId, id, input.credentials, input.dueAt, input.now]),
  );
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
