/** Orders on a whole database file that no server may be using: migrate, roll back, start afresh. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';
import { migrations } from '../migrations/index.ts';
import { connectWriter } from './connect.ts';
import { lockDatabase } from './lock.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { removeMark } from './moved-mark.ts';

/** Brings the file to the newest schema; it is made when it is missing. @returns names of the steps taken */
export function migrateDatabase(path: string): string[] {
  return withFile(path, migrate);
}

/**
 * Undoes the newest migration.
 *
 * @param evenLosingData what a step adds may hold data that goes with it
 * @returns the name of the step, or null when there is none
 * @throws AppError when the step cannot be undone, or would lose data and must not
 */
export function rollBackDatabase(path: string, evenLosingData: boolean): string | null {
  if (!existsSync(path)) return null;
  return withFile(path, (db) => {
    const version = schemaVersion(db);
    const step = migrations[version - 1];
    if (version === 0) return null;
    if (!step?.down) {
      throw new AppError(
        'store_unavailable',
        `Migration ${step?.name ?? version} cannot be undone by this program.`,
      );
    }
    if (step.down.losesData && !evenLosingData) {
      throw new AppError(
        'invalid_state',
        `Undoing ${step.name} removes the data that it made room for. Add --yes to do it.`,
      );
    }
    db.exec('begin immediate');
    try {
      db.exec(step.down.sql);
      db.exec(`pragma user_version = ${version - 1}`);
      db.exec('commit');
    } catch (cause) {
      db.exec('rollback');
      throw new AppError('store_unavailable', `Undoing ${step.name} failed: ${(cause as Error).message}`, {
        cause,
      });
    }
    return step.name;
  });
}

/** Removes the database with everything in it, and makes an empty one. Secrets kept beside it stay. */
export function resetDatabase(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const unlock = lockDatabase(path);
  try {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  } finally {
    unlock();
  }
  migrateDatabase(path);
}

/** Takes the mark off a file that was copied to PostgreSQL. @returns whether there was one */
export function takeBackDatabase(path: string): boolean {
  return existsSync(path) && withFile(path, removeMark);
}

function withFile<T>(path: string, act: (db: DatabaseSync) => T): T {
  mkdirSync(dirname(path), { recursive: true });
  const unlock = lockDatabase(path);
  try {
    const db = connectWriter(path);
    try {
      return act(db);
    } finally {
      db.close();
    }
  } finally {
    unlock();
  }
}
