/**
 * Copies a whole SQLite database into a PostgreSQL one: the way to grow up without losing anything. It goes page by
 * page in the order of each primary key and writes down, in the transaction of each page, how far it has come; so it
 * may be stopped and started again. At the end every row of both sides is read once more and compared.
 */
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';
import { storableText } from '../postgres/encode-array.ts';
import { migrateDatabase, withConnection } from '../postgres/migrate.ts';
import { Runner } from '../postgres/runner.ts';
import { Shared } from '../postgres/transaction.ts';
import { copyMarks } from '../postgres/unfinished-copy.ts';
import { connectReader, connectWriter } from '../sqlite/connect.ts';
import { lockDatabase } from '../sqlite/lock.ts';
import { migrate } from '../sqlite/migrate.ts';
import { markMoved, refuseMoved } from '../sqlite/moved-mark.ts';
import type { SqlValue, Tx } from '../tx.ts';
import { Checksum } from './checksum.ts';
import { after, lastId, listTables, type Table } from './tables.ts';

export interface CopyOptions {
  /** The SQLite file; no service may be using it. */
  readonly path: string;
  /** The PostgreSQL database: empty, or left by a copy that was stopped. */
  readonly url: string;
  /** Told after each page. */
  readonly onProgress?: (progress: CopyProgress) => void;
}

export interface CopyProgress {
  readonly step: 'copy' | 'verify';
  readonly table: string;
  /** Rows of this table so far. */
  readonly rows: number;
}

export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
}

const pageRows = 500;
const pageBytes = 4_000_000;

/**
 * @returns what was copied, table by table, each compared on both sides
 * @throws AppError when the file is in use or was copied before, the target holds something else, or the two sides
 *   differ in the end
 */
export async function copyData(options: CopyOptions): Promise<CopiedTable[]> {
  const unlock = lockDatabase(options.path);
  try {
    const writer = connectWriter(options.path);
    migrate(writer);
    writer.close();
    const db = connectReader(options.path);
    await migrateDatabase(options.url);
    const runner = new Runner(options.url, { name: 'bulk', connections: 2 }, new Shared());
    try {
      const copied = await copyAll(db, runner, options);
      await finish(options);
      return copied;
    } finally {
      await runner.close();
      db.close();
    }
  } finally {
    unlock();
  }
}

type Run = <T>(operation: (tx: Tx) => Promise<T>) => Promise<T>;

async function copyAll(db: DatabaseSync, runner: Runner, options: CopyOptions): Promise<CopiedTable[]> {
  const run: Run = (operation) => runner.run('migrate-data', operation, undefined) as never;
  const tables = listTables(db);
  await claimTarget(run, tables, sourceId(db), () => refuseMoved(db, options.path));
  for (const table of tables) await copyTable(db, run, table, options);
  const copied: CopiedTable[] = [];
  for (const table of tables) copied.push(await compareTable(db, run, table, options));
  for (const table of tables) {
    const last = lastId(db, table);
    if (last !== null && last > 0) {
      await run((tx) => tx.get(`select setval('${table.name}_id_seq', ?)`, last));
    }
  }
  return copied;
}

/**
 * From here on the target holds everything. The file is marked first: killed in between, neither side starts, and the
 * command given again ends what is left.
 */
async function finish({ path, url }: CopyOptions): Promise<void> {
  const writer = connectWriter(path);
  markMoved(writer, url, Date.now());
  writer.close();
  await withConnection(url, async (client) => {
    await client.query(`drop table ${copyMarks}`);
    await client.query('analyze');
  });
}

function sourceId(db: DatabaseSync): string {
  const row = db.prepare('select id from installation').get() as { id: string } | undefined;
  return row?.id ?? 'never started';
}

/**
 * A target that holds anything but an unfinished copy of this very database is refused.
 *
 * @param refuse throws where no copy may be begun
 */
async function claimTarget(
  run: Run,
  tables: readonly Table[],
  source: string,
  refuse: () => void,
): Promise<void> {
  await run(async (tx) => {
    const { found } =
      (await tx.get<{ found: string | null }>(`select to_regclass('${copyMarks}')::text as found`)) ?? {};
    if (found) {
      const other = await tx.get<{ source: string }>(
        `select source from ${copyMarks} where source <> ?`,
        source,
      );
      if (other)
        throw new AppError('invalid_state', 'The target holds an unfinished copy of another database.');
      return;
    }
    refuse();
    for (const { name } of tables) {
      if (await tx.get(`select 1 from ${name} limit 1`)) {
        throw new AppError(
          'invalid_state',
          `The target is not empty: it has rows in ${name}. Copy into a new database, made with createdb.`,
        );
      }
    }
    await tx.run(
      `create table ${copyMarks} (name text primary key, source text not null, last_key text, rows bigint not null)`,
    );
    await tx.each(
      `insert into ${copyMarks} (name, source, rows) values (?, ?, 0)`,
      tables.map(({ name }) => [name, source]),
    );
  });
}

async function copyTable(db: DatabaseSync, run: Run, table: Table, options: CopyOptions): Promise<void> {
  const mark = await run((tx) =>
    tx.get<{ last_key: string | null; rows: number }>(
      `select last_key, rows from ${copyMarks} where name = ?`,
      table.name,
    ),
  );
  let key = mark?.last_key == null ? null : (JSON.parse(mark.last_key) as SqlValue[]);
  let rows = mark?.rows ?? 0;
  for (;;) {
    const page = readPage(db, table, key);
    if (page.length === 0) return;
    key = keyOf(table, page.at(-1) as SqlValue[]);
    rows += page.length;
    const last = JSON.stringify(key);
    await run(async (tx) => {
      await tx.each(insertInto(table), page);
      await tx.run(`update ${copyMarks} set last_key = ?, rows = ? where name = ?`, last, rows, table.name);
    });
    options.onProgress?.({ step: 'copy', table: table.name, rows });
  }
}

function insertInto({ name, columns }: Table): string {
  return `insert into ${name} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')}) on conflict do nothing`;
}

function keyOf({ columns, key }: Table, row: readonly SqlValue[]): SqlValue[] {
  return key.map((column) => row[columns.indexOf(column)] ?? null);
}

function storable(value: SqlValue): SqlValue {
  return typeof value === 'string' ? storableText(value) : value;
}

/** A page ends with the row that reaches its bytes. */
function readPage(db: DatabaseSync, table: Table, key: readonly SqlValue[] | null): SqlValue[][] {
  const sql = `select ${table.columns.join(', ')} from ${table.name}${after(table, key !== null)}
    order by ${table.key.join(', ')} limit ${pageRows}`;
  const page: SqlValue[][] = [];
  let bytes = 0;
  for (const row of db.prepare(sql).iterate(...((key ?? []) as string[]))) {
    const values = table.columns.map((column) => storable((row as Record<string, SqlValue>)[column] ?? null));
    page.push(values);
    for (const value of values) bytes += value instanceof Uint8Array ? value.length : 8;
    if (bytes >= pageBytes) break;
  }
  return page;
}

async function compareTable(
  db: DatabaseSync,
  run: Run,
  table: Table,
  options: CopyOptions,
): Promise<CopiedTable> {
  const here = new Checksum();
  for (let key: SqlValue[] | null = null; ; ) {
    const page = readPage(db, table, key);
    if (page.length === 0) break;
    for (const row of page) here.add(row);
    key = keyOf(table, page.at(-1) as SqlValue[]);
  }
  const there = new Checksum();
  for (let key: SqlValue[] | null = null; ; ) {
    const page: SqlValue[][] = await run((tx) => readCopy(tx, table, key));
    if (page.length === 0) break;
    for (const row of page) there.add(row);
    key = keyOf(table, page.at(-1) as SqlValue[]);
    options.onProgress?.({ step: 'verify', table: table.name, rows: there.rows });
  }
  if (String(here) !== String(there)) {
    throw new AppError(
      'invalid_state',
      `The copy of ${table.name} is not the same: ${here.rows} rows here, ${there.rows} there. Empty the target and copy again.`,
    );
  }
  return { table: table.name, rows: here.rows, checksum: String(here) };
}

/** Bodies can be large, so a page is cut small; what it costs is one round trip more. */
async function readCopy(tx: Tx, table: Table, key: readonly SqlValue[] | null): Promise<SqlValue[][]> {
  const rows = await tx.all<Record<string, SqlValue>>(
    `select ${table.columns.join(', ')} from ${table.name}${after(table, key !== null)}
     order by ${table.key.join(', ')} limit 100`,
    ...(key ?? []),
  );
  return rows.map((row) => table.columns.map((column) => row[column] ?? null));
}
