import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ReadName, reads, type WriteName, writes } from '../operations.ts';
import type { Store, StoreControl } from '../store.ts';
import type { Tx } from '../tx.ts';
import { connectReader, connectWriter } from './connect.ts';
import { lockDatabase } from './lock.ts';
import { migrate } from './migrate.ts';
import { refuseMoved } from './moved-mark.ts';
import { SqliteTx } from './transaction.ts';
import { Writer } from './writer.ts';

export interface SqliteOptions {
  /** The database file; its folder is made when it is missing. */
  readonly path: string;
  readonly fsyncDelayMs?: number;
}

/**
 * Opens a SQLite file as the store of this process alone: locks it, migrates it, starts the writer thread.
 *
 * @throws AppError when another server holds the file, it is newer than this program, or was copied to PostgreSQL
 */
export async function openSqliteStore({ path, fsyncDelayMs = 0 }: SqliteOptions): Promise<Store> {
  mkdirSync(dirname(path), { recursive: true });
  const unlock = lockDatabase(path);
  try {
    const db = connectWriter(path);
    try {
      refuseMoved(db, path);
      migrate(db);
    } finally {
      db.close();
    }
  } catch (error) {
    unlock();
    throw error;
  }
  const writer = new Writer({ path, fsyncDelayMs });
  const readerDb = connectReader(path);
  const reader = new SqliteTx(readerDb);
  const control: StoreControl = {
    dialect: 'sqlite',
    ping: async () => {
      writer.check();
      await reader.get('select 1');
    },
    readTime: async () => Date.now(),
    notices: null,
    close: async () => {
      await writer.close();
      if (!readerDb.isOpen) return;
      readerDb.close();
      unlock();
    },
  };
  return Object.assign(bindWrites(writer), bindReads(reader), control) as unknown as Store;
}

function bindWrites(writer: Writer): Record<string, unknown> {
  const names = Object.keys(writes) as WriteName[];
  return Object.fromEntries(names.map((name) => [name, (input: unknown) => writer.write(name, input)]));
}

function bindReads(reader: Tx): Record<string, unknown> {
  const names = Object.keys(reads) as ReadName[];
  return Object.fromEntries(
    names.map((name) => {
      const read = reads[name] as (tx: Tx, input: unknown) => Promise<unknown>;
      return [name, (input: unknown) => read(reader, input)];
    }),
  );
}
