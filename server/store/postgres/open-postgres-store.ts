import type { AcceptInput } from '../intake/accept-requests.ts';
import { bulkWrites, type ReadName, reads, type WriteName, writes } from '../operations.ts';
import type { Store, StoreControl } from '../store.ts';
import { acceptShortly } from './accept-at-once.ts';
import { migrateDatabase } from './migrate.ts';
import { noticeRestore } from './notice-restore.ts';
import { PostgresNotices } from './notices.ts';
import { type Operation, Runner } from './runner.ts';
import { Shared } from './transaction.ts';
import { refuseUnfinishedCopy } from './unfinished-copy.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Connections of this process at most; one more listens. */
  readonly connections?: number;
}

/** Enough for two or three intake groups, the drivers and the pages of one process. */
const defaultConnections = 10;

/**
 * Opens a PostgreSQL database as a store that any number of processes share, after bringing it to the newest
 * schema. Interactive work, work in slices and reads have connections of their own, so that none waits for
 * another: what the writer's two queues are on SQLite.
 *
 * @throws AppError when the database cannot be reached, is newer than this program, or holds half a copy
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { url, connections = defaultConnections } = options;
  await migrateDatabase(url, async (client) => {
    await refuseUnfinishedCopy(client);
    await noticeRestore(client);
  });
  const shared = new Shared();
  const bulkConnections = Math.max(1, Math.floor(connections / 5));
  const readConnections = Math.max(1, Math.floor(connections / 3));
  const writeConnections = Math.max(1, connections - bulkConnections - readConnections);
  const write = new Runner(url, { name: 'write', connections: writeConnections }, shared);
  const bulk = new Runner(url, { name: 'bulk', connections: bulkConnections }, shared);
  const read = new Runner(url, { name: 'read', connections: readConnections }, shared);
  const notices = new PostgresNotices(url, write);
  const control: StoreControl = {
    dialect: 'postgres',
    ping: async () => {
      await read.run('ping', (tx) => tx.get('select 1'), undefined);
    },
    readTime: async () => {
      const sql = 'select extract(epoch from clock_timestamp()) * 1000 as now';
      const row = (await read.run('readTime', (tx) => tx.get(sql), undefined)) as { now: number };
      return row.now;
    },
    notices,
    close: async () => {
      await notices.close();
      await Promise.all([write.close(), bulk.close()]);
      await read.close();
    },
  };
  const methods: Record<string, unknown> = {};
  for (const name of Object.keys(writes) as WriteName[]) {
    const runner = bulkWrites.has(name) ? bulk : write;
    methods[name] = (input: unknown) => runner.run(name, writes[name] as Operation, input);
  }
  for (const name of Object.keys(reads) as ReadName[]) {
    methods[name] = (input: unknown) => read.run(name, reads[name] as Operation, input);
  }
  for (const [name, runner] of [['acceptRequests', write] as const, ['acceptBulk', bulk] as const]) {
    methods[name] = (input: AcceptInput) => acceptShortly(runner, name, shared.known, input);
  }
  return Object.assign(methods, control) as unknown as Store;
}
