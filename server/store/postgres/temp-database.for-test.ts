/** Databases for tests: each a copy of one migrated template, removed when its file of tests is over. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import type { Store } from '../store.ts';
import { findServer } from './find-server.for-test.ts';
import { migrateDatabase, withConnection } from './migrate.ts';
import { openPostgresStore } from './open-postgres-store.ts';

const prefix = `obm_test_${process.pid}_${randomBytes(4).toString('hex')}`;
const made: string[] = [];
let template: Promise<string> | undefined;

async function order(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: await findServer() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function urlOf(database: string): Promise<string> {
  const url = new URL(await findServer());
  url.pathname = `/${database}`;
  return url.href;
}

async function makeTemplate(): Promise<string> {
  const name = `${prefix}_template`;
  made.push(name);
  await order(`create database ${name}`);
  await migrateDatabase(await urlOf(name));
  return name;
}

/** @returns the URL of a database with nothing in it, not even a schema */
export async function makeEmptyDatabase(): Promise<string> {
  const name = `${prefix}_${made.length}`;
  made.push(name);
  await order(`create database ${name}`);
  return urlOf(name);
}

/** @returns the URL of a migrated, empty database */
export async function makeTempDatabase(): Promise<string> {
  template ??= makeTemplate();
  const from = await template;
  const name = `${prefix}_${made.length}`;
  made.push(name);
  await order(`create database ${name} template ${from}`);
  return urlOf(name);
}

/** Databases of stores that were closed, to be emptied and used again: to make and drop one waits for the disk. */
const free: string[] = [];

async function emptyDatabase(url: string): Promise<void> {
  await withConnection(url, async (client) => {
    const { rows } = await client.query<{ tables: string }>(
      `select string_agg(quote_ident(tablename), ', ') as tables from pg_tables
       where schemaname = current_schema() and tablename <> 'schema_migrations'`,
    );
    await client.query(`truncate ${rows[0]?.tables} restart identity`);
  });
}

/** A store on a database that nobody else uses. */
export async function openTempStore(): Promise<Store> {
  const used = free.pop();
  if (used !== undefined) await emptyDatabase(used);
  const url = used ?? (await makeTempDatabase());
  const store = await openPostgresStore({ url, connections: 5 });
  return Object.assign(Object.create(store) as Store, {
    close: async () => {
      await store.close();
      if (!free.includes(url)) free.push(url);
    },
  });
}

/** Removes what was made; also ends connections that a killed process has left. */
export async function removeTempDatabases(): Promise<void> {
  await Promise.all(made.splice(0).map((name) => order(`drop database if exists ${name} with (force)`)));
}

afterAll(removeTempDatabases, 300_000);
