/** Where a folder's database is, and what it holds, whichever store a run is on. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { askPostgres, databaseOf, readStoredPostgres } from './postgres.ts';
import type { Setup } from './setup.ts';
import { readStored, type Stored } from './stored.ts';

/** Settings by which the service finds the database of a folder. */
export interface DatabasePlace {
  readonly databasePath: string;
  /** Null on SQLite. */
  readonly databaseUrl: string | null;
}

export async function placeOf(setup: Setup, folder: string): Promise<DatabasePlace> {
  return {
    databasePath: join(folder, 'service.db'),
    databaseUrl: setup.store === 'postgres' ? await databaseOf(folder) : null,
  };
}

/** What the database of a folder holds; nobody may be writing to it. */
export async function storedIn(setup: Setup, folder: string): Promise<Stored> {
  const { databasePath, databaseUrl } = await placeOf(setup, folder);
  return databaseUrl === null ? readStored(databasePath) : readStoredPostgres(databaseUrl);
}

/** How many requests its batches say they hold, now: past the service, which shall not spend its time on being asked. */
export function countStored(setup: Setup, folder: string): Promise<number> {
  return sumOf(setup, folder, 'request_count');
}

/** How many outcomes they say were handed over. */
export function countDelivered(setup: Setup, folder: string): Promise<number> {
  return sumOf(setup, folder, 'delivered_count');
}

async function sumOf(
  setup: Setup,
  folder: string,
  counter: 'request_count' | 'delivered_count',
): Promise<number> {
  const { databasePath, databaseUrl } = await placeOf(setup, folder);
  const sql = `select coalesce(sum(${counter}), 0) as n from batches`;
  if (databaseUrl !== null) {
    const [row] = await askPostgres<{ n: string }>(databaseUrl, sql);
    return Number(row?.n);
  }
  const db = new DatabaseSync(databasePath, { readOnly: true });
  try {
    return Number(db.prepare(sql).get()?.['n']);
  } finally {
    db.close();
  }
}

/** A floor that touches the database is written once for each store. */
export function floorOf(setup: Setup, name: string): string {
  return setup.store === 'postgres' ? `floors/${name}-postgres.ts` : `floors/${name}.ts`;
}

/** Statements past the service, on the database of a folder. */
export async function runSql(setup: Setup, folder: string, sql: string): Promise<void> {
  const { databasePath, databaseUrl } = await placeOf(setup, folder);
  if (databaseUrl !== null) {
    await askPostgres(databaseUrl, sql);
    return;
  }
  const db = new DatabaseSync(databasePath, { enableForeignKeyConstraints: false });
  db.exec(sql);
  db.close();
}
