import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';
import { migrations } from '../migrations/index.ts';

/** How many migrations a database has had; SQLite keeps the number in its header. */
export function schemaVersion(db: DatabaseSync): number {
  const row = db.prepare('pragma user_version').get() as { user_version: number };
  return row.user_version;
}

/**
 * Brings a database to the newest schema, each step in a transaction of its own.
 *
 * @returns the names of the steps taken
 * @throws AppError when the database is newer than this program
 */
export function migrate(db: DatabaseSync): string[] {
  const version = schemaVersion(db);
  if (version > migrations.length) {
    throw new AppError(
      'store_unavailable',
      `The database has schema ${version}, this program knows ${migrations.length}. Start the newer program.`,
    );
  }
  const taken: string[] = [];
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    db.exec('begin immediate');
    try {
      db.exec(step.up);
      db.exec(`pragma user_version = ${index + 1}`);
      db.exec('commit');
    } catch (cause) {
      db.exec('rollback');
      throw new AppError('store_unavailable', `Migration ${step.name} failed.`, { cause });
    }
    taken.push(step.name);
  }
  return taken;
}
