import { once } from 'node:events';
import { mkdtempSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as immediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { defaultLimits } from '../../../core/limits.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import type { Store } from '../store.ts';
import { Checkpointer } from './checkpointer.ts';
import { checkpointPages, connectWriter } from './connect.ts';
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

it('goes on with another thread when one has failed', async () => {
  const path = newDatabasePath();
  const way = join(mkdtempSync(join(dirname(path), 'way-')), 'to');
  symlinkSync(dirname(path), way);
  const db = connectWriter(path);
  db.exec('create table bodies (body blob)');
  const fill = db.prepare('insert into bodies values (zeroblob(1000000))');
  const log = new LogLength(path);
  const checkpointer = new Checkpointer(db, join(way, basename(path)));
  const warned = once(process, 'warning');
  checkpointer.look();
  unlinkSync(way);
  while (log.frames() < checkpointPages) fill.run();
  checkpointer.look();
  expect((await warned)[0].message).toMatch(/not folded.*unable to open/);
  symlinkSync(dirname(path), way);
  for (let groups = 0; groups < 5; groups++) fill.run();
  const little = db.prepare('insert into bodies values (1)');
  let most = log.frames();
  for (let commits = 0; commits < mostCommits && log.frames() >= most; commits++) {
    most = log.frames();
    little.run();
    checkpointer.look();
    await immediate();
  }
  expect(log.frames()).toBeLessThan(most);
  expect(most).toBeLessThan(3 * checkpointPages);
  await checkpointer.close();
  log.close();
  db.close();
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
