/** Opens SQLite files the way the product needs them. */
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';

/** Pages to write before the log is folded back into the file; measured, see docs/decisions. */
export const checkpointPages = 4_000;
/** By then the writer does it itself, within a commit: nobody else has (see checkpointer.ts). */
const latestCheckpointPages = 4 * checkpointPages;

/**
 * The one connection that writes. `synchronous=FULL`: an accepted request survives a power cut, which costs
 * next to nothing once writes are grouped.
 *
 * @throws AppError when the file is no database, or may not be written
 */
export function connectWriter(path: string): DatabaseSync {
  try {
    return openWriter(path);
  } catch (cause) {
    throw new AppError('store_unavailable', `${path} cannot be opened: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function openWriter(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  db.exec(`
    pragma auto_vacuum = incremental;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma busy_timeout = 5000;
    pragma cache_size = -16384;
    pragma temp_store = memory;
    pragma wal_autocheckpoint = ${latestCheckpointPages};
    pragma journal_size_limit = 67108864;
  `);
  return db;
}

/** A connection beside the writer; sees what is committed. */
export function connectReader(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('pragma busy_timeout = 5000; pragma cache_size = -8192; pragma query_only = on;');
  return db;
}

/** A connection that only folds the log back into the file: it changes nothing, and waits for nobody. */
export function connectCheckpointer(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec('pragma synchronous = full; pragma cache_size = -256');
  return db;
}
