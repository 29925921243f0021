import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { migrations } from '../migrations/index.ts';
import { dumpSchema } from './dump-schema.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { newDatabasePath } from './temp-store.for-test.ts';

it('brings an empty database to the newest schema, once', () => {
  const db = new DatabaseSync(':memory:');
  expect(schemaVersion(db)).toBe(0);
  expect(migrate(db)).toEqual(migrations.map(({ name }) => name));
  expect(schemaVersion(db)).toBe(migrations.length);
  const schema = dumpSchema(db);
  expect(migrate(db)).toEqual([]);
  expect(dumpSchema(db)).toBe(schema);
});

it('leads to the schema that is committed (accept a change with: npm run goldens)', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  expect(dumpSchema(db)).toBe(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'));
});

it('refuses a database that is newer than the program, and leaves it unlocked', async () => {
  const path = newDatabasePath();
  await (await openSqliteStore({ path })).close();
  const db = new DatabaseSync(path);
  db.exec(`pragma user_version = ${migrations.length + 1}`);
  await expect(openSqliteStore({ path })).rejects.toThrow(/newer program/);
  db.exec(`pragma user_version = ${migrations.length}`);
  db.close();
  await (await openSqliteStore({ path })).close();
});

it('refuses a second open batch of a pair in the database itself', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  const open = `insert into batches (endpoint, model, state, created_at, state_at) values ('e', 'm', ?, 1, 1)`;
  db.prepare(open).run('building');
  db.prepare(open).run('uploading');
  expect(() => db.prepare(open).run('building')).toThrow(/UNIQUE/);
});

it('keeps what was stored when it is opened again', async () => {
  const path = newDatabasePath();
  const first = await openSqliteStore({ path });
  await first.writeSetting({ name: 'x', value: '1', actor: 'a', now: 1 });
  await first.close();
  const second = await openSqliteStore({ path });
  expect(await second.readSettings()).toHaveLength(1);
  await second.close();
});
