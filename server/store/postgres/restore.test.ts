import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Line } from '../conformance/line.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import { withConnection } from './migrate.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeEmptyDatabase, makeTempDatabase } from './temp-database.for-test.ts';

const run = promisify(execFile);
const largestDump = 50_000_000;

/** As docs/operations.md says; the dump of a server that is newer than the tools is copied by the server itself. */
async function dumpAndRestore(from: string): Promise<string> {
  const to = await makeEmptyDatabase();
  const dump = await run('pg_dump', ['--no-owner', from], { maxBuffer: largestDump }).catch(() => null);
  if (dump === null) return copyByServer(from, to);
  const restoring = run('psql', ['--quiet', '--set', 'ON_ERROR_STOP=1', to]);
  restoring.child.stdin?.end(dump.stdout);
  await restoring;
  return to;
}

async function copyByServer(from: string, to: string): Promise<string> {
  const name = (url: string) => new URL(url).pathname.slice(1);
  const server = new URL(from);
  server.pathname = '/postgres';
  await withConnection(server.href, async (client) => {
    await client.query(`drop database ${name(to)}`);
    await client.query(`create database ${name(to)} template ${name(from)}`);
  });
  return to;
}

it('comes back from a dump whole, knows that it is a copy, and looks before it buys', async () => {
  const url = await makeTempDatabase();
  const store = await openPostgresStore({ url });
  const line = new Line(store);
  await line.accept(makeArrivals('a', 5));
  await line.sendOpen();
  await line.accept(makeArrivals('b', 3));
  const before = await store.listRequests({ cursor: null, limit: 100 });
  await store.close();

  const again = await openPostgresStore({ url });
  expect(await again.startAfterRestore({ now: line.now })).toBeNull();
  await again.close();

  const copy = await openPostgresStore({ url: await dumpAndRestore(url) });
  expect((await copy.listRequests({ cursor: null, limit: 100 })).rows).toEqual(before.rows);
  const starts = await Promise.all([1, 2].map(() => copy.startAfterRestore({ now: line.now })));
  expect(starts.filter((start) => start !== null)).toEqual([{ takenAt: line.now, batches: 1 }]);
  const { acceptances } = await copy.acceptRequests({
    now: line.now,
    limits: { maxRequests: 9, maxBytes: 1e6, maxEmbeddingInputs: 9, maxTokens: 1e6 },
    maxAgeMs: 1_000,
    arrivals: makeArrivals('c', 1),
  });
  expect(acceptances[0]?.requestId).toBeGreaterThan(1_000_000_000);
  expect(await recount(copy)).toEqual([]);
  await copy.close();
});
