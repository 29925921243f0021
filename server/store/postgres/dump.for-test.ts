/** Dumps and restores as docs/scaling.md says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrateDatabase, withConnection } from './migrate.ts';

const run = promisify(execFile);

export interface Dump {
  /** Into a database with nothing in it. */
  restoreInto(url: string): Promise<void>;
  /** Into the database it was taken from, in the place of what is there now. */
  restoreOver(url: string): Promise<void>;
}

/**
 * By pg_dump. One that refuses a server newer than itself is stood in for by our own statements, and that is told;
 * anything else that goes wrong, a pg_dump that is not there included, is a failure.
 */
export async function dumpDatabase(url: string): Promise<Dump> {
  const folder = mkdtempSync(join(tmpdir(), 'dump-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'dump');
  try {
    await run('pg_dump', ['--format=custom', `--file=${file}`, url]);
  } catch (error) {
    if (!/server version mismatch/.test((error as Error).message)) throw error;
    process.stderr.write(`${(error as Error).message.trim()}\nIts place is taken by SQL of ours.\n`);
    return dumpBySql(url);
  }
  const restore = async (to: string, ...how: string[]) => {
    await run('pg_restore', ['--exit-on-error', '--no-owner', ...how, '-d', to, file]);
  };
  return {
    restoreInto: (to) => restore(to),
    restoreOver: (to) => restore(to, '--clean', '--if-exists'),
  };
}

/** All rows and sequences at one moment; the schema comes from the migrations. */
export async function dumpBySql(url: string): Promise<Dump> {
  const { tables, sequences } = await withConnection(url, async (client) => {
    await client.query('begin isolation level repeatable read');
    const { rows: names } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = current_schema() and tablename <> 'schema_migrations'`,
    );
    const tables: { name: string; rows: string }[] = [];
    for (const { name } of names) {
      const sql = `select coalesce(json_agg(t), '[]') as rows from ${name} as t`;
      tables.push({ name, rows: (await client.query<{ rows: string }>(sql)).rows[0]?.rows ?? '[]' });
    }
    const { rows: sequences } = await client.query<{ name: string; last: number | null }>(
      'select sequencename as name, last_value as last from pg_sequences where schemaname = current_schema()',
    );
    return { tables, sequences };
  });
  const restoreInto = async (to: string) => {
    await migrateDatabase(to);
    await withConnection(to, async (client) => {
      for (const { name, rows } of tables) {
        await client.query(`truncate ${name}`);
        await client.query(`insert into ${name} select * from json_populate_recordset(null::${name}, $1)`, [
          rows,
        ]);
      }
      for (const { name, last } of sequences) await client.query('select setval($1, $2)', [name, last]);
    });
  };
  return {
    restoreInto,
    restoreOver: async (to) => {
      await withConnection(to, (client) => client.query('drop schema public cascade; create schema public'));
      await restoreInto(to);
    },
  };
}
