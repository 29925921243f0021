/**
 * Databases for runs on PostgreSQL, on the server of BENCH_DATABASE_URL, else the one on the standard port. Each belongs
 * to a folder, as a SQLite file does: it is copied with it, and dropped when it is gone.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Stored, storedFigures } from './stored.ts';

const server = process.env['BENCH_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
/** Folders by the URLs of their databases. */
const made = new Map<string, string>();

export async function askPostgres<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);
const placeOf = (folder: string) => join(folder, 'database-url');

/** The URL of a folder's database, made at the first look. */
export async function databaseOf(folder: string): Promise<string> {
  const place = placeOf(folder);
  return existsSync(place) ? readFileSync(place, 'utf8') : makeDatabase(folder, '');
}

async function makeDatabase(folder: string, options: string): Promise<string> {
  const url = new URL(server);
  url.pathname = `/bench_${randomBytes(6).toString('hex')}`;
  await askPostgres(server, `create database ${nameOf(url.href)} ${options}`);
  made.set(url.href, folder);
  writeFileSync(placeOf(folder), url.href);
  return url.href;
}

/** Gives the copy of a folder a copy of its database; nobody may be connected to that. */
export async function copyDatabase(template: string, folder: string): Promise<void> {
  const from = nameOf(await databaseOf(template));
  const url = await makeDatabase(folder, `template ${from} strategy file_copy`);
  // It is no restored dump, but the same installation; and whoever was killed there counts as dead at once, since
  // nine seconds of waiting for its leases are not what is measured.
  await askPostgres(url, 'delete from database_identity; update replicas set seen_at = 0');
}

/** Drops the databases whose folders are gone. */
export async function dropForgotten(): Promise<void> {
  for (const [url, folder] of made) {
    if (existsSync(folder)) continue;
    made.delete(url);
    await askPostgres(server, `drop database if exists ${nameOf(url)} with (force)`);
  }
}

export async function readStoredPostgres(url: string): Promise<Stored> {
  const [row] = await askPostgres<Record<string, string>>(url, storedFigures);
  const figures = Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
  const states = await askPostgres<{ state: string; n: string }>(
    url,
    'select state, count(*) as n from requests group by state',
  );
  return {
    ...(figures as unknown as Omit<Stored, 'states'>),
    states: Object.fromEntries(states.map(({ state, n }) => [state, Number(n)])),
  };
}
