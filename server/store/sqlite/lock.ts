import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';

/**
 * Holds a database file for one server. The lock is SQLite's own on a file beside it, so the system frees it
 * however the process ends.
 *
 * @returns a function that gives the file free
 * @throws AppError when another server holds it
 */
export function lockDatabase(path: string): () => void {
  const lock = openLock(`${path}.lock`);
  try {
    lock.exec('pragma busy_timeout = 0; begin exclusive');
  } catch (cause) {
    lock.close();
    throw new AppError(
      'store_unavailable',
      `Another server is using ${path}. A SQLite file serves one server at a time: stop the other one, ` +
        'set another DATABASE_PATH, or use PostgreSQL for several.',
      { cause },
    );
  }
  return () => lock.close();
}

function openLock(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (cause) {
    throw new AppError('store_unavailable', `${path} cannot be made: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
