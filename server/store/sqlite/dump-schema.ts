import type { DatabaseSync } from 'node:sqlite';
import { schemaVersion } from './migrate.ts';

/** The schema of a database as text, in an order of its own: what migrations have led to, for a reviewer to read. */
export function dumpSchema(db: DatabaseSync): string {
  const rows = db
    .prepare(
      `select tbl_name, sql from sqlite_schema
       where sql is not null and name not like 'sqlite\\_%' escape '\\'
       order by tbl_name, type = 'index', name`,
    )
    .all() as { tbl_name: string; sql: string }[];
  let table = '';
  const lines = [`-- Schema ${schemaVersion(db)}, made by the migrations. Do not edit.`];
  for (const { tbl_name, sql } of rows) {
    if (tbl_name !== table) lines.push('');
    table = tbl_name;
    lines.push(`${sql};`);
  }
  return `${lines.join('\n')}\n`;
}
