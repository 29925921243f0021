import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Line } from '../conformance/line.ts';
import { makeArrival, makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import { withConnection } from '../postgres/migrate.ts';
import { openPostgresStore } from '../postgres/open-postgres-store.ts';
import { makeTempDatabase } from '../postgres/temp-database.for-test.ts';
import { openSqliteStore } from '../sqlite/open-sqlite-store.ts';
import { newDatabasePath } from '../sqlite/temp-store.for-test.ts';
import { copyData } from './copy-data.ts';

const rules = {
  now: 5_000_000,
  limits: { maxRequests: 50_000, maxBytes: 2e8, maxEmbeddingInputs: 50_000, maxTokens: 1e9 },
};

/** A file with requests on their whole way, and some that have just come. */
async function fillFile(more = 0): Promise<string> {
  const path = newDatabasePath();
  const store = await openSqliteStore({ path });
  await store.claimInstallation({ proposedId: 'abcdef', now: 1 });
  const line = new Line(store);
  await line.accept(makeArrivals('a', 20));
  await line.sendOpen();
  await line.move('openai_processing', 'complete');
  await line.move('openai_completed', 'download');
  await line.settle('downloading', ({ id }) => (id % 5 === 0 ? 'again' : 'succeeded'));
  await line.deliver();
  await line.handOver();
  await store.writeSetting({ name: 'ünï', value: '"\u0000 \\ ""', actor: 'a', now: 7 });
  for (let n = 0; n < more; n += 200) {
    await store.acceptRequests({ ...rules, maxAgeMs: 1_000, arrivals: makeArrivals(`more-${n}-`, 200) });
  }
  await store.close();
  return path;
}

it('copies every row, goes on with fresh ids, and holds the same numbers', async () => {
  const path = await fillFile();
  const url = await makeTempDatabase();
  const copied = await copyData({ path, url });
  const rowsOf = (table: string) => copied.find((entry) => entry.table === table)?.rows ?? 0;
  expect(rowsOf('requests')).toBeGreaterThan(5);
  expect(rowsOf('request_bodies')).toBeGreaterThan(5);
  expect(rowsOf('transitions')).toBeGreaterThan(5);
  const store = await openPostgresStore({ url });
  expect(await recount(store)).toEqual([]);
  expect(await store.claimInstallation({ proposedId: 'other', now: 2 })).toBe('abcdef');
  const db = new DatabaseSync(path);
  const last = db.prepare(`select last_id from id_counters where name = 'requests'`).get() as {
    last_id: number;
  };
  const known = db.prepare('select custom_id from requests limit 1').get() as { custom_id: string };
  db.close();
  const { acceptances } = await store.acceptRequests({
    ...rules,
    maxAgeMs: 1_000,
    arrivals: [makeArrival('fresh'), makeArrival(known.custom_id, { text: 'other than before' })],
  });
  expect(acceptances.map(({ kind }) => kind)).toEqual(['accepted', 'conflict']);
  expect(acceptances[0]?.requestId).toBeGreaterThan(last.last_id);
  expect(await recount(store)).toEqual([]);
  await store.close();
});

it('goes on where it was stopped', async () => {
  const path = await fillFile(2_000);
  const url = await makeTempDatabase();
  let pages = 0;
  const stopped = copyData({
    path,
    url,
    onProgress: ({ table }) => {
      if (table === 'requests' && ++pages === 2) throw new Error('stopped here');
    },
  });
  await expect(stopped).rejects.toThrow('stopped here');
  const before: string[] = [];
  await copyData({
    path,
    url,
    onProgress: ({ step, table, rows }) => {
      if (step === 'copy' && table === 'requests') before.push(String(rows));
    },
  });
  expect(Number(before[0])).toBeGreaterThan(1_000);
  const store = await openPostgresStore({ url });
  expect(await recount(store)).toEqual([]);
  await store.close();
});

it('ends what is left when it was stopped between the two ends of a copy', async () => {
  const path = await fillFile();
  const url = await makeTempDatabase();
  const order = (sql: string) => withConnection(url, (client) => client.query(sql));
  let kept: Promise<unknown> | undefined;
  await copyData({
    path,
    url,
    onProgress: ({ step }) => {
      if (step === 'verify') kept ??= order('create table kept as select * from data_copy');
    },
  });
  await kept;
  await order('alter table kept rename to data_copy');
  await expect(openPostgresStore({ url })).rejects.toThrow(/Give the same command again/);
  await expect(openSqliteStore({ path })).rejects.toThrow(/was copied to PostgreSQL/);
  await copyData({ path, url });
  await (await openPostgresStore({ url })).close();
});

it('refuses a target that holds something, and says so when the two sides differ', async () => {
  const path = await fillFile();
  const url = await makeTempDatabase();
  const spoil = (sql: string) => withConnection(url, (client) => client.query(sql));
  await spoil(`insert into settings (name, value, updated_at, updated_by) values ('x', '1', 1, 'a')`);
  await expect(copyData({ path, url })).rejects.toThrow(/not empty: it has rows in settings/);
  await spoil('delete from settings');
  await spoil(`
    create function garble() returns trigger language plpgsql as $$ begin new.line := 'x'; return new; end $$;
    create trigger garble before insert on results for each row execute function garble()`);
  await expect(copyData({ path, url })).rejects.toThrow(/copy of results is not the same/);
});

it('waits for nobody: a file that a service uses is refused', async () => {
  const path = await fillFile();
  const store = await openSqliteStore({ path });
  await expect(copyData({ path, url: await makeTempDatabase() })).rejects.toThrow(/Another server/);
  await store.close();
});
