/** Copies a database while it is in use. */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';
import { backupMark } from '../upkeep/start-after-restore.ts';
import { connectReader } from './connect.ts';
import { schemaVersion } from './migrate.ts';

export interface Backup {
  readonly bytes: number;
  readonly version: number;
}

/** All pages in one step: a writer beside it cannot make the copy start over. */
const allPages = 2_147_483_647;

/**
 * Copies the database as it is at one moment, checks the copy, and only then gives it its name. A writer beside
 * it is not held up: readers of a write-ahead log never are in its way.
 *
 * @throws AppError when the copy exists already or does not pass its check
 */
export async function backUpDatabase(path: string, target: string): Promise<Backup> {
  if (!existsSync(path)) throw new AppError('not_found', `There is no database at ${path}.`);
  if (existsSync(target)) throw new AppError('invalid_state', `${target} exists already; give another name.`);
  const takenAt = Date.now();
  const part = `${target}.part`;
  rmSync(part, { force: true });
  try {
    closeSync(openSync(part, 'wx', 0o600));
    const source = connectReader(path);
    try {
      await backup(source, part, { rate: allPages });
    } finally {
      source.close();
    }
    const version = checkCopy(part, takenAt);
    chmodSync(part, 0o600);
    flush(part);
    renameSync(part, target);
    return { bytes: statSync(target).size, version };
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${part}${suffix}`, { force: true });
  }
}

function checkCopy(path: string, takenAt: number): number {
  const db = new DatabaseSync(path);
  try {
    // A copy of a write-ahead database is marked as one; as a plain file it can be checked and moved by itself.
    db.exec('pragma journal_mode = delete');
    const { quick_check: verdict } = db.prepare('pragma quick_check(1)').get() as { quick_check: string };
    if (verdict !== 'ok') {
      throw new AppError('store_unavailable', `The copy does not pass SQLite's check: ${verdict}`);
    }
    markCopy(db, takenAt);
    return schemaVersion(db);
  } finally {
    db.close();
  }
}

/** So that the first start on the copy knows that it is one (see start-after-restore.ts). */
function markCopy(db: DatabaseSync, takenAt: number): void {
  db.prepare('insert or replace into settings (name, value, updated_at, updated_by) values (?, ?, ?, ?)').run(
    backupMark,
    String(takenAt),
    takenAt,
    'backup',
  );
}

function flush(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}
