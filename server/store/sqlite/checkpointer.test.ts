import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { defaultLimits } from '../../../core/limits.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import type { Store } from '../store.ts';
import { checkpointPages } from './connect.ts';
import { LogLength } from './log-length.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { newDatabasePath } from './temp-store.for-test.ts';

const rules = { now: 1, limits: defaultLimits, maxAgeMs: 1_000 };
/** Commits of a few pages each, so that they come nowhere near the length at which SQLite folds its log itself. */
const mostCommits = 2_000;

let groups = 0;

/** Some 450 pages. */
async function storeGroup(store: Store): Promise<void> {
  const body = Buffer.alloc(8_000, 'x');
  groups += 1;
  await store.acceptBulk({ ...rules, arrivals: makeArrivals(`g${groups}-`, 200, { body }) });
}

async function fill(store: Store, log: LogLength, pages: number): Promise<void> {
  while (log.frames() < pages) await storeGroup(store);
}

/** Writes little by little until the log has begun anew. @returns the most pages it has held, or null when it did not */
async function writeUntilAnew(store: Store, log: LogLength): Promise<number | null> {
  let most = log.frames();
  for (let n = 0; n < mostCommits; n++) {
    await store.writeSetting({ name: 'n', value: String(n), actor: 'a', now: n });
    const frames = log.frames();
    if (frames < most) return most;
    most = frames;
  }
  return null;
}

it('folds the log back beside the writer, long before SQLite would within a commit', async () => {
  const path = newDatabasePath();
  const store = await openSqliteStore({ path });
  const log = new LogLength(path);
  for (let rounds = 0; rounds < 2; rounds++) {
    await fill(store, log, checkpointPages);
    expect(await writeUntilAnew(store, log)).toBeLessThan(3 * checkpointPages);
  }
  log.close();
  await store.close();
});

it('leaves the log to who reads from it, and folds it when nobody does', async () => {
  const path = newDatabasePath();
  const store = await openSqliteStore({ path });
  const log = new LogLength(path);
  await storeGroup(store);
  const reader = new DatabaseSync(path, { readOnly: true });
  reader.exec('begin; select count(*) from requests');
  await fill(store, log, 2 * checkpointPages);
  expect(reader.prepare('select count(*) as n from requests').get()).toEqual({ n: 200 });
  reader.exec('commit');
  await storeGroup(store);
  await fill(store, log, checkpointPages);
  expect(await writeUntilAnew(store, log)).not.toBeNull();
  reader.close();
  log.close();
  await store.close();
});
