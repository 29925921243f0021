/** Databases for runs on PostgreSQL: BENCH_DATABASE_URL, else the server on the standard port. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Stored, storedFigures } from './stored.ts';

const server = process.env['BENCH_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

async function ask<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

export async function makeDatabase(): Promise<string> {
  const url = new URL(server);
  url.pathname = `/bench_${randomBytes(6).toString('hex')}`;
  await ask(server, `create database ${url.pathname.slice(1)}`);
  return url.href;
}

export async function dropDatabase(url: string): Promise<void> {
  await ask(server, `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
}

export async function readStoredPostgres(url: string): Promise<Stored> {
  const [row] = await ask<Record<string, string>>(url, storedFigures);
  const figures = Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
  const states = await ask<{ state: string; n: string }>(
    url,
    'select state, count(*) as n from requests group by state',
  );
  return {
    ...(figures as unknown as Omit<Stored, 'states'>),
    states: Object.fromEntries(states.map(({ state, n }) => [state, Number(n)])),
  };
}
