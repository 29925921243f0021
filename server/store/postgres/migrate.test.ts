import { expect, it } from 'vitest';
import { migrations } from '../migrations/index.ts';
import { dumpSchema } from './dump-schema.ts';
import { startFaultyNetwork } from './faulty-network.for-test.ts';
import { inspectDatabase } from './inspect-database.ts';
import { migrateDatabase, withConnection } from './migrate.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeEmptyDatabase, makeTempDatabase } from './temp-database.for-test.ts';

it('leads to the schema that is committed (accept a change: npx vitest run server/store/postgres/migrate.test.ts -u)', async () => {
  const dump = await withConnection(await makeTempDatabase(), dumpSchema);
  await expect(dump).toMatchFileSnapshot('./schema.sql');
});

it('brings an empty database to the newest schema once, however many start together', async () => {
  const url = await makeEmptyDatabase();
  const taken = await Promise.all([1, 2, 3, 4].map(() => migrateDatabase(url)));
  expect(taken.flat()).toEqual(migrations.map(({ name }) => name));
});

it('is looked at without being changed', async () => {
  const url = await makeEmptyDatabase();
  expect(await inspectDatabase(url)).toMatchObject({ version: 0, taken: [], apiKeys: 0, replicas: 0 });
  const store = await openPostgresStore({ url });
  await store.createApiKey({ name: 'a', keyHash: 'h', scopes: 'read', actor: 'a', now: 1 });
  const now = await store.readTime();
  const who = { name: 'one', role: 'all', version: '1', startedAt: 1 } as const;
  await store.beatReplica({ ...who, now: Math.round(now), deadAfterMs: 9_000 });
  await store.close();
  expect(await inspectDatabase(url)).toMatchObject({ pending: [], apiKeys: 1, replicas: 1 });
});

it('refuses a database that is newer than the program', async () => {
  const url = await makeTempDatabase();
  await withConnection(url, (client) =>
    client.query(`insert into schema_migrations values (${migrations.length + 1}, 'later')`),
  );
  await expect(openPostgresStore({ url })).rejects.toThrow(/newer program/);
});

it('says what is wrong with an address, and never shows the password in it', async () => {
  const url = new URL(await makeTempDatabase());
  url.password = 'do-not-show';
  url.pathname = '/no_such_database';
  await expect(migrateDatabase(url.href)).rejects.toThrow(/does not exist: make it with createdb/);
  url.port = '1';
  const refused = await migrateDatabase(url.href).catch((error: Error) => String(error));
  expect(refused).toMatch(/cannot be reached/);
  expect(refused).not.toContain('do-not-show');
});

it('refuses a server that is too old, and says which it needs', async () => {
  const number = /(server_version_num.*?)1[5-9](\d{4})/s;
  const older = (said: Buffer) => Buffer.from(said.toString('latin1').replace(number, '$114$2'), 'latin1');
  const network = await startFaultyNetwork(await makeTempDatabase(), older);
  await expect(migrateDatabase(network.url)).rejects.toThrow('PostgreSQL 14; this program needs 15 or newer');
});

it('tells of the step that failed, also where the connection is lost with it', async () => {
  const url = await makeEmptyDatabase();
  // The connection dies within the first step.
  await withConnection(url, (client) =>
    client.query(`
      create function die() returns event_trigger language plpgsql as $$
        begin perform pg_terminate_backend(pg_backend_pid()); end $$;
      create event trigger die on ddl_command_start execute function die()`),
  );
  await expect(migrateDatabase(url)).rejects.toThrow(/^Migration .* failed: .*terminat/);
});
