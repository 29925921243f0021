/** Things at the provider that carry our tag and belong to nothing here: noted, shown, and removed when ordered. */
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';

export interface OrphanRow {
  id: number;
  /** A `batch` runs and costs money; a `file` takes space. */
  kind: 'batch' | 'file';
  remote_id: string;
  provider_credentials: string;
  /** What it is, for a person: a status, or a file's name. */
  about: string;
  remote_created_at: number;
  found_at: number;
  seen_at: number;
  /** When it is removed, or tried again; null: nobody has ordered it. */
  remove_at: number | null;
  tries: number;
  last_error: string | null;
}

export type KnownBatch = Pick<
  BatchRow,
  'id' | 'state' | 'openai_batch_id' | 'openai_input_file_id' | 'submit_intent_at'
>;

/**
 * What is known here of batches and files found there: our rows, and what is owed its removal. Indexes: primary key,
 * remote_cleanups (kind, remote_id).
 */
export async function knownRemotes(
  tx: Tx,
  input: { readonly batchIds: readonly number[]; readonly remoteIds: readonly string[] },
): Promise<{ readonly batches: KnownBatch[]; readonly owed: string[] }> {
  const batches = await tx.all<KnownBatch>(
    `select id, state, openai_batch_id, openai_input_file_id, submit_intent_at from batches
     where id in ${tx.list}`,
    tx.listOf(input.batchIds),
  );
  const owed = await tx.all<{ remote_id: string }>(
    `select remote_id from remote_cleanups where kind in ('file', 'batch') and remote_id in ${tx.textList}`,
    tx.listOf(input.remoteIds),
  );
  return { batches, owed: owed.map((row) => row.remote_id) };
}

export interface FoundOrphan {
  readonly kind: OrphanRow['kind'];
  readonly remoteId: string;
  readonly about: string;
  readonly createdAt: number;
}

/** What one sweep has found; what it has not found any more is forgotten. */
export async function noteOrphans(
  tx: Tx,
  input: {
    readonly orphans: readonly FoundOrphan[];
    readonly credentials: string;
    /** Null: shown, until a person orders their removal. */
    readonly removeAt: number | null;
    readonly now: number;
  },
): Promise<void> {
  await tx.each(
    `insert into orphans (remote_id, kind, provider_credentials, about, remote_created_at, found_at, seen_at, remove_at)
     values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (kind, remote_id) do update set seen_at = excluded.seen_at, about = excluded.about,
       remove_at = coalesce(orphans.remove_at, excluded.remove_at)`,
    input.orphans.map((o) => [
      o.remoteId,
      o.kind,
      input.credentials,
      o.about,
      o.createdAt,
      input.now,
      input.now,
      input.removeAt,
    ]),
  );
  await tx.run(
    'delete from orphans where provider_credentials = ? and seen_at < ?',
    input.credentials,
    input.now,
  );
}

/** Oldest first. */
export async function listOrphans(tx: Tx, input: { readonly limit: number }): Promise<OrphanRow[]> {
  return tx.all<OrphanRow>('select * from orphans order by id limit ?', input.limit);
}

export interface OrphanCount {
  readonly kind: OrphanRow['kind'];
  readonly orphans: number;
  /** Of these, whose removal nobody has ordered. */
  readonly unordered: number;
}

/** A sweep bounds how many there are. */
export async function countOrphans(tx: Tx): Promise<OrphanCount[]> {
  return tx.all<OrphanCount>(
    `select kind, count(*) as orphans, sum(case when remove_at is null then 1 else 0 end) as unordered
     from orphans group by kind order by kind`,
  );
}

/** An operator's order. @returns false when there is no such orphan */
export async function orderOrphanRemoval(
  tx: Tx,
  input: { readonly id: number; readonly now: number },
): Promise<boolean> {
  return (await tx.run('update orphans set remove_at = ? where id = ?', input.now, input.id)) === 1;
}

/** Takes those whose removal is due; the time moves on, so that a kill delays one and loses none. */
export async function claimOrphans(
  tx: Tx,
  input: {
    readonly credentials: string;
    readonly now: number;
    readonly leaseMs: number;
    readonly limit: number;
  },
): Promise<OrphanRow[]> {
  return tx.all<OrphanRow>(
    `update orphans set remove_at = ?, tries = tries + 1
     where id in (
       select id from orphans where remove_at <= ? and provider_credentials = ?
       order by remove_at limit ?${tx.skipLocked})
     returning *`,
    input.now + input.leaseMs,
    input.now,
    input.credentials,
    input.limit,
  );
}

/** It is gone (`error` null), or is tried again at `removeAt`. */
export async function endOrphanRemoval(
  tx: Tx,
  input: { readonly id: number; readonly error: string | null; readonly removeAt: number },
): Promise<void> {
  if (input.error === null) await tx.run('delete from orphans where id = ?', input.id);
  else {
    await tx.run(
      'update orphans set remove_at = ?, last_error = ? where id = ?',
      input.removeAt,
      input.error,
      input.id,
    );
  }
}
