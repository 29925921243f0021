/** Databases for tests: each a copy of one migrated template, removed when its file of tests is over. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import type { Store } from '../store.ts';
import { findServer } from './find-server.for-test.ts';
import { migrateDatabase } from './migrate.ts';
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

/** Removes what was made; also ends connections that a killed process has left. */
export async function removeTempDatabases(): Promise<void> {
  for (const name of made.splice(0)) await order(`drop database if exists ${name} with (force)`);
}

/** A store on a database of its own. */
export async function openTempStore(): Promise<Store> {
  return openPostgresStore({ url: await makeTempDatabase(), connections: 5 });
}

afterAll(removeTempDatabases);
