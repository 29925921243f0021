import pg from 'pg';
import { AppError } from '../../../core/errors.ts';
import { migrations } from '../migrations/index.ts';
import { refuseOldServer } from './check-version.ts';
import { connectionOptions } from './connection-options.ts';
import { passingFailure } from './failures.ts';
import { translateSchema } from './translate-schema.ts';

/** Replicas that start together migrate one after another; the number is ours and means nothing. */
const migrationLock = 4_715_116;

/**
 * Brings a database to the newest schema, each step in a transaction of its own, under a lock that every
 * process takes at its start.
 *
 * @param then something more to do under that lock
 * @returns the names of the steps taken
 * @throws AppError when the database cannot be reached, is newer than this program, or a step fails
 */
export async function migrateDatabase(
  url: string,
  then: (client: pg.Client) => Promise<void> = async () => {},
): Promise<string[]> {
  return withConnection(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    try {
      const taken = await takeSteps(client);
      await then(client);
      return taken;
    } finally {
      // Where the connection is lost, the lock went with it; what was thrown says more.
      await client.query('select pg_advisory_unlock($1)', [migrationLock]).catch(() => {});
    }
  });
}

/** Migrations that a database has had; 0 for an empty one. */
export async function schemaVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query(`select to_regclass('schema_migrations') as found`);
  if ((rows[0] as { found: string | null }).found === null) return 0;
  const { rows: counted } = await client.query('select count(*) as version from schema_migrations');
  return Number((counted[0] as { version: number }).version);
}

async function takeSteps(client: pg.Client): Promise<string[]> {
  const version = await schemaVersion(client);
  if (version > migrations.length) {
    throw new AppError(
      'store_unavailable',
      `The database has schema ${version}, this program knows ${migrations.length}. Start the newer program.`,
    );
  }
  const taken: string[] = [];
  const tablesWithId = new Set<string>();
  for (const [index, step] of migrations.entries()) {
    const sql = `${translateSchema(step.up, tablesWithId)};\n${step.postgres ?? ''}`;
    if (index < version) continue;
    try {
      await client.query('begin');
      await client.query(
        'create table if not exists schema_migrations (version bigint primary key, name text not null)',
      );
      await client.query(sql);
      await client.query('insert into schema_migrations (version, name) values ($1, $2)', [
        index + 1,
        step.name,
      ]);
      await client.query('commit');
    } catch (cause) {
      await client.query('rollback').catch(() => {});
      throw new AppError('store_unavailable', `Migration ${step.name} failed: ${(cause as Error).message}.`, {
        cause,
      });
    }
    taken.push(step.name);
  }
  return taken;
}

/** One connection for an order on the whole database. @throws AppError when it is not to be had, or too old */
export async function withConnection<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(connectionOptions(url, { name: 'migrate', connections: 1 }));
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw cannotReach(cause as Error & { code?: string });
  }
  try {
    await refuseOldServer(client);
    return await act(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Says what to do; never shows the URL, which may hold a password. */
function cannotReach(cause: Error & { code?: string }): AppError {
  const what =
    cause.code === '3D000'
      ? 'The database that DATABASE_URL names does not exist: make it with createdb.'
      : cause.code === '28P01' || cause.code === '28000'
        ? 'PostgreSQL refuses the user or password of DATABASE_URL.'
        : passingFailure(cause)
          ? 'PostgreSQL cannot be reached: is it running where DATABASE_URL says?'
          : `PostgreSQL refuses the connection: ${cause.message}.`;
  return new AppError('store_unavailable', what, { cause });
}
