/**
 * Knows a database that was put back when it sees one. A row says where it was written: in which cluster and which
 * database of it, by which transaction, on which timeline. A dump brings the words along but not the transaction,
 * also into the very database it was taken from; a recovery to a point in time, and a standby that was promoted, begin
 * a new timeline. Then the database is marked as a backup, as a copied SQLite file is.
 *
 * A volume that was put back from a snapshot keeps all four. That an operator must tell (the command `restored`).
 */
import type { Tx } from '../tx.ts';
import { backupMark } from '../upkeep/start-after-restore.ts';
import type { Place } from './read-place.ts';

/** Neither freezing nor `vacuum full` changes what a row's xmin reads as. */
const readKept = 'select identity, cast(xmin as text) as writer from database_identity';

const writeIdentity = `
  insert into database_identity (identity)
  values (cast(? as text) || '/' || cast(cast(pg_current_xact_id() as xid) as text) || '/' || cast(? as text))
  returning identity`;

/**
 * When the copy was taken: its replicas said a second before that they lived; without any, its last move, or what was
 * set last. Null when the service has never been started on it.
 */
const readTaken = `
  select greatest((select max(seen_at) from replicas), (select max(at) from transitions),
    (select max(updated_at) from settings)) as at`;

interface Kept {
  readonly identity: string;
  readonly writer: string;
}

/**
 * Marks the database when it is not where it says it is; of several replicas that look at once, one does.
 *
 * @returns where it is: another text than before when it was put back meanwhile
 */
export async function noticeRestore(tx: Tx, here: Place): Promise<string> {
  await tx.lock('database identity', [1]);
  const [kept, ...others] = await tx.all<Kept>(readKept);
  // Two rows: data was restored over data.
  const isPutBack = others.length > 0 || (kept !== undefined && !agrees(kept, here));
  // A part may be kept from when it was told, or missing from before it was asked for.
  const [cluster, database, , timeline] = isPutBack ? [] : partsOf(kept);
  const before = `${here.cluster ?? cluster ?? ''}/${here.database ?? database ?? ''}`;
  const after = here.timeline ?? timeline ?? '';
  if (kept && !isPutBack && kept.identity === `${before}/${kept.writer}/${after}`) return kept.identity;
  if (isPutBack) await mark(tx);
  await tx.run('delete from database_identity');
  const written = await tx.get<{ identity: string }>(writeIdentity, before, after);
  return written?.identity ?? '';
}

function partsOf(kept: Kept | undefined): (string | undefined)[] {
  return kept?.identity.split('/') ?? [];
}

/** What is not known on either side disagrees with nothing. */
function agrees(kept: Kept, { cluster, database, timeline }: Place): boolean {
  const now = [cluster, database, kept.writer, timeline];
  return partsOf(kept).every((part, index) => !part || !now[index] || part === now[index]);
}

async function mark(tx: Tx): Promise<void> {
  const at = (await tx.get<{ at: number | null }>(readTaken))?.at ?? null;
  if (at === null) return;
  await tx.run(
    `insert into settings (name, value, updated_at, updated_by) values (?, ?, ?, 'restore')
     on conflict (name) do nothing`,
    backupMark,
    String(at),
    at,
  );
}
