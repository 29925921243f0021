/** What there is to copy, read from the SQLite schema itself: a table that a migration adds is copied as well. */
import type { DatabaseSync } from 'node:sqlite';
import { markTable } from '../sqlite/moved-mark.ts';

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
}

/** Each database hands out ids in its own way; who lives in one is nobody in the other; the mark is the file's. */
const own = new Set(['id_counters', 'replicas', markTable]);

export function listTables(db: DatabaseSync): Table[] {
  const rows = db
    .prepare(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`,
    )
    .all() as { name: string }[];
  return rows.filter(({ name }) => !own.has(name)).map(({ name }) => describeTable(db, name));
}

function describeTable(db: DatabaseSync, name: string): Table {
  const columns = db.prepare(`pragma table_info(${name})`).all() as { name: string; pk: number }[];
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  if (key.length === 0) throw new Error(`table ${name} has no primary key to go by`);
  return { name, columns: columns.map((column) => column.name), key: key.map((column) => column.name) };
}

/** `(a, b) > (?, ?)`, or nothing at the beginning. */
export function after(table: Table, started: boolean): string {
  if (!started) return '';
  return ` where (${table.key.join(', ')}) > (${table.key.map(() => '?').join(', ')})`;
}

/** The largest id that a table has ever given out, or null when its ids are not given out by the database. */
export function lastId(db: DatabaseSync, table: Table): number | null {
  if (table.key.join() !== 'id' || !isNumbered(db, table.name)) return null;
  const { last } = db.prepare(`select coalesce(max(id), 0) as last from ${table.name}`).get() as {
    last: number;
  };
  const counted = db.prepare('select last_id as last from id_counters where name = ?').get(table.name);
  const sequence = db.prepare('select seq as last from sqlite_sequence where name = ?').get(table.name);
  const said = [counted, sequence].map((row) => (row as { last: number } | undefined)?.last ?? 0);
  return Math.max(last, ...said);
}

function isNumbered(db: DatabaseSync, name: string): boolean {
  const columns = db.prepare(`pragma table_info(${name})`).all() as { name: string; type: string }[];
  return columns.find((column) => column.name === 'id')?.type.toLowerCase() === 'integer';
}
