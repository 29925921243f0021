/**
 * Knows a restored copy when it sees one. A database carries which cluster and which database of it it lives in; a
 * dump brings the old word along. Then it marks itself as a backup, as a copied SQLite file is marked.
 */
import type pg from 'pg';
import { backupMark } from '../upkeep/start-after-restore.ts';

const readIdentity = `
  select (select system_identifier from pg_control_system())::text || '/' || oid as identity
  from pg_database where datname = current_database()`;

/**
 * When the copy was taken: its replicas said a second before that they lived; without any, its last move.
 * Null when nothing ever happened in it.
 */
const readTaken = `
  select greatest((select max(seen_at) from replicas), (select max(at) from transitions)) as at`;

/** Called under the migration lock, so that of several replicas one does it. */
export async function noticeRestore(client: pg.Client): Promise<void> {
  const { rows: here } = await client.query<{ identity: string }>(readIdentity);
  const { rows: kept } = await client.query<{ identity: string }>('select identity from database_identity');
  const identity = here[0]?.identity ?? '';
  if (kept[0]?.identity === identity) return;
  const { rows: taken } = await client.query<{ at: number | null }>(readTaken);
  const at = taken[0]?.at ?? null;
  await client.query('begin');
  if (kept.length > 0 && at !== null) {
    await client.query(
      `insert into settings (name, value, updated_at, updated_by) values ($1, $2, $3, 'restore')
       on conflict (name) do nothing`,
      [backupMark, String(at), at],
    );
  }
  await client.query('delete from database_identity');
  await client.query('insert into database_identity (identity) values ($1)', [identity]);
  await client.query('commit');
}
