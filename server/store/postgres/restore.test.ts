/** Of a database that was put back: does it know, and what does it do then? */
import { expect, it } from 'vitest';
import { Line } from '../conformance/line.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import type { Store } from '../store.ts';
import { type Dump, dumpBySql, dumpDatabase } from './dump.for-test.ts';
import { withConnection } from './migrate.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeEmptyDatabase, makeTempDatabase } from './temp-database.for-test.ts';

const now = Date.now();
const start = (store: Store) => store.startAfterRestore({ now });

/** Starts a store on it as the service does, and ends it. @returns what that start has found, and the next id */
async function startOnce(url: string, name: string) {
  const store = await openPostgresStore({ url });
  const restored = await start(store);
  await new Line(store).accept(makeArrivals(name, 1));
  const id = (await store.getRequest({ customId: `${name}1` }))?.id ?? 0;
  await store.close();
  return { restored, id };
}

async function order(url: string, sql: string): Promise<void> {
  await withConnection(url, (client) => client.query(sql));
}

interface Way {
  readonly way: string;
  readonly makeDump: (url: string) => Promise<Dump>;
  /** @returns where it is put back */
  readonly restore: (dump: Dump, url: string) => Promise<string>;
}

const ways: readonly Way[] = [
  { way: 'pg_dump into a new database', makeDump: dumpDatabase, restore: intoNew },
  { way: 'pg_dump into the same database', makeDump: dumpDatabase, restore: over },
  { way: 'SQL of ours into a new database', makeDump: dumpBySql, restore: intoNew },
  { way: 'SQL of ours into the same database', makeDump: dumpBySql, restore: over },
];

it.each(ways)('comes back from $way whole, knows that it is a copy, and looks before it buys', async ({
  makeDump,
  restore,
}) => {
  const url = await makeTempDatabase();
  const store = await openPostgresStore({ url });
  const line = new Line(store);
  expect(await start(store)).toBeNull();
  await line.accept(makeArrivals('a', 5));
  await line.sendOpen();
  await line.accept(makeArrivals('b', 3));
  const before = await store.listRequests({ cursor: null, limit: 100 });
  const dump = await makeDump(url);
  await line.accept(makeArrivals('later', 2));
  await store.close();

  const copy = await openPostgresStore({ url: await restore(dump, url) });
  expect((await copy.listRequests({ cursor: null, limit: 100 })).rows).toEqual(before.rows);
  const starts = await Promise.all([1, 2].map(() => start(copy)));
  expect(starts.filter((found) => found !== null)).toEqual([{ takenAt: line.now, batches: 1 }]);
  const again = new Line(copy);
  again.now = line.now;
  await again.accept(makeArrivals('c', 1));
  expect((await copy.getRequest({ customId: 'c1' }))?.id).toBeGreaterThan(1_000_000_000);
  expect(await recount(copy)).toEqual([]);
  await copy.close();
});

async function intoNew(dump: Dump): Promise<string> {
  const url = await makeEmptyDatabase();
  await dump.restoreInto(url);
  return url;
}

async function over(dump: Dump, url: string): Promise<string> {
  await dump.restoreOver(url);
  return url;
}

it('knows data alone that was put back into the tables it came from', async () => {
  const url = await makeTempDatabase();
  await startOnce(url, 'a');
  const dump = await dumpBySql(url);
  await startOnce(url, 'b');
  await dump.restoreInto(url);
  expect((await startOnce(url, 'c')).restored).toMatchObject({ batches: 1 });
});

it('knows an installation again that had taken no request yet when it was dumped', async () => {
  const url = await makeTempDatabase();
  const store = await openPostgresStore({ url });
  await store.claimSetting({ name: 'seal', value: 'x', actor: 'first start', now });
  await start(store);
  await store.close();
  const dump = await dumpDatabase(url);
  const { id } = await startOnce(url, 'a');
  await dump.restoreOver(url);
  const after = await startOnce(url, 'b');
  expect(after.restored).toEqual({ takenAt: now, batches: 0 });
  expect(after.id).toBeGreaterThan(id + 1_000_000);
});

it.each([
  'vacuum full database_identity',
  'vacuum (freeze, analyze) database_identity',
  // As the first version wrote it: the cluster and the database.
  "update database_identity set identity = regexp_replace(identity, '^([^/]*/[^/]*)/.*$', '\\1')",
])('takes nothing for a restore that is none: %s', async (sql) => {
  const url = await makeTempDatabase();
  const { id } = await startOnce(url, 'a');
  await order(url, sql);
  expect(await startOnce(url, 'b')).toEqual({ restored: null, id: id + 1 });
  const dump = await dumpDatabase(url);
  await dump.restoreOver(url);
  expect((await startOnce(url, 'c')).restored).not.toBeNull();
});

it('goes by what a server tells that keeps its cluster and its timeline to itself', async () => {
  const url = await makeTempDatabase();
  const role = new URL(url).pathname.slice(1);
  await order(
    url,
    `create role ${role} login password 'x'; grant all on schema public to ${role};
     grant all on all tables in schema public to ${role}; grant all on all sequences in schema public to ${role};
     revoke execute on function pg_control_system() from public;
     revoke execute on function pg_walfile_name(pg_lsn) from public`,
  );
  const limited = new URL(url);
  limited.username = role;
  limited.password = 'x';
  try {
    expect((await startOnce(limited.href, 'a')).restored).toBeNull();
    expect((await startOnce(limited.href, 'b')).restored).toBeNull();
    // Told later, or no more: that is no restore either.
    expect((await startOnce(url, 'c')).restored).toBeNull();
    expect((await startOnce(limited.href, 'd')).restored).toBeNull();
    const dump = await dumpBySql(url);
    await dump.restoreInto(url);
    expect((await startOnce(limited.href, 'e')).restored).not.toBeNull();
  } finally {
    await order(url, `drop owned by ${role}; drop role ${role}`);
  }
});
