/** Looks at a database file without changing it, also while a server uses it. */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '../migrations/index.ts';
import type { SettingRow } from '../settings/settings.ts';
import { connectReader } from './connect.ts';
import { schemaVersion } from './migrate.ts';
import { type MovedMark, readMark } from './moved-mark.ts';

export interface DatabaseFacts {
  /** Bytes of the file and its log; 0 when it is not there. */
  readonly bytes: number;
  readonly exists: boolean;
  /** Migrations it has had. */
  readonly version: number;
  /** Migrations of this program that it lacks. */
  readonly pending: readonly string[];
  readonly taken: readonly string[];
  /** Whether a server uses it now. */
  readonly inUse: boolean;
  /** Keys that are valid. */
  readonly apiKeys: number;
  /** Where it goes on, if it was copied. */
  readonly moved?: MovedMark | undefined;
}

/** @throws Error of SQLite when the file is no database or cannot be read */
export function inspectDatabase(path: string): DatabaseFacts {
  const names = migrations.map(({ name }) => name);
  if (!existsSync(path)) {
    return { bytes: 0, exists: false, version: 0, pending: names, taken: [], inUse: false, apiKeys: 0 };
  }
  const db = connectReader(path);
  try {
    const version = schemaVersion(db);
    return {
      bytes: statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0),
      exists: true,
      version,
      pending: names.slice(version),
      taken: names.slice(0, version),
      inUse: isLocked(path),
      apiKeys: version === 0 ? 0 : countKeys(db),
      moved: readMark(db),
    };
  } finally {
    db.close();
  }
}

/** What operators have edited, and others have noted, in that table; nothing where there is no database yet. */
export function inspectSettingRows(path: string): SettingRow[] {
  if (!existsSync(path)) return [];
  const db = connectReader(path);
  try {
    if (schemaVersion(db) === 0) return [];
    return db.prepare('select * from settings order by name').all() as unknown as SettingRow[];
  } finally {
    db.close();
  }
}

function countKeys(db: DatabaseSync): number {
  const row = db.prepare('select count(*) as keys from api_keys where revoked_at is null').get();
  return (row as { keys: number }).keys;
}

/** Tries the lock of lockDatabase without taking it. */
function isLocked(path: string): boolean {
  const lockPath = `${path}.lock`;
  if (!existsSync(lockPath)) return false;
  const lock = new DatabaseSync(lockPath, { readOnly: true });
  try {
    lock.exec('pragma busy_timeout = 0');
    lock.prepare('pragma schema_version').get();
    return false;
  } catch {
    return true;
  } finally {
    lock.close();
  }
}
