import type { AcceptInput } from '../intake/accept-requests.ts';
import { bulkWrites, type ReadName, reads, type WriteName, writes } from '../operations.ts';
import type { Store, StoreControl } from '../store.ts';
import { acceptShortly } from './accept-at-once.ts';
import type { TimeLimits } from './connection-options.ts';
import { lookAt } from './look-at.ts';
import { migrateDatabase } from './migrate.ts';
import { PostgresNotices } from './notices.ts';
import { type Operation, Runner } from './runner.ts';
import { startWhereItIs } from './start-where-it-is.ts';
import { Shared } from './transaction.ts';
import { refuseUnfinishedCopy } from './unfinished-copy.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Connections of this process at most; one more listens, and one more gives signs of life. */
  readonly connections?: number;
  /** Tests do not wait as long as operators. */
  readonly limits?: Partial<TimeLimits>;
}

/** Enough for two or three intake groups, the drivers and the pages of one process. */
const defaultConnections = 10;

/**
 * Opens a PostgreSQL database as a store that any number of processes share, after bringing it to the newest
 * schema. Interactive work, work in slices, reads and signs of life have connections of their own, so that none waits
 * for another: what the writer's two queues are on SQLite.
 *
 * @throws AppError when the database cannot be reached, is newer than this program, or holds half a copy
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { url, connections = defaultConnections, limits = {} } = options;
  await migrateDatabase(url, refuseUnfinishedCopy);
  const shared = new Shared();
  const bulkConnections = Math.max(1, Math.floor(connections / 5));
  const readConnections = Math.max(1, Math.floor(connections / 3));
  const writeConnections = Math.max(1, connections - bulkConnections - readConnections);
  const write = new Runner(url, { name: 'write', connections: writeConnections, limits }, shared);
  const bulk = new Runner(url, { name: 'bulk', connections: bulkConnections, limits }, shared);
  const read = new Runner(url, { name: 'read', connections: readConnections, limits }, shared);
  const signs = new Runner(url, { name: 'signs', connections: 1, limits }, shared);
  const notices = new PostgresNotices(url, write);
  const control: StoreControl = {
    dialect: 'postgres',
    ...lookAt(signs),
    notices,
    close: async () => {
      await notices.close();
      await Promise.all([write.close(), bulk.close()]);
      await Promise.all([read.close(), signs.close()]);
    },
  };
  const methods: Record<string, unknown> = {};
  for (const name of Object.keys(writes) as WriteName[]) {
    const runner = name === 'beatReplica' ? signs : bulkWrites.has(name) ? bulk : write;
    methods[name] = (input: unknown) => runner.run(name, writes[name] as Operation, input);
  }
  for (const name of Object.keys(reads) as ReadName[]) {
    methods[name] = (input: unknown) => read.run(name, reads[name] as Operation, input);
  }
  for (const [name, runner] of [['acceptRequests', write] as const, ['acceptBulk', bulk] as const]) {
    methods[name] = (input: AcceptInput) => acceptShortly(runner, name, shared.known, input);
  }
  methods['startAfterRestore'] = startWhereItIs(write, shared);
  return Object.assign(methods, control) as unknown as Store;
}
