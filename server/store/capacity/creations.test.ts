/** OpenAI's own number, 2,000 creations in any hour, on a clock of the test's own. */
import { afterAll, expect, test } from 'vitest';
import { creationsPerHour } from '../../../core/capacity/caps.ts';
import { connectWriter } from '../sqlite/connect.ts';
import { migrate } from '../sqlite/migrate.ts';
import { newDatabasePath } from '../sqlite/temp-store.for-test.ts';
import { SqliteTx } from '../sqlite/transaction.ts';
import { countCreation, hourIsFullUntil } from './creations.ts';

const second = 1_000;
const hour = 3_600 * second;
const db = connectWriter(newDatabasePath());
migrate(db);
// One transaction for all: each commit would wait for the disk.
db.exec('begin');
const tx = new SqliteTx(db);
afterAll(() => db.close());

test.each([
  ['one a second', second],
  ['one every 1.8 s, as many as are allowed', 1.8 * second],
  ['all at once', 0],
])('%s: no hour has more than 2,000, and none waits longer than it must', async (key, stepMs) => {
  const createdAt: number[] = [];
  let now = 1_000_000_000_123;
  while (createdAt.length < 3 * creationsPerHour + 1) {
    const fullUntil = await hourIsFullUntil(tx, key, { now, creationsPerHour });
    if (fullUntil === null) {
      await countCreation(tx, key, now);
      createdAt.push(now);
      now += stepMs;
      continue;
    }
    expect(fullUntil).toBeGreaterThan(now);
    now = fullUntil;
    expect(await hourIsFullUntil(tx, key, { now, creationsPerHour })).toBeNull();
  }
  const hours = createdAt.slice(creationsPerHour).map((at, n) => at - (createdAt[n] ?? 0));
  expect(Math.min(...hours)).toBeGreaterThanOrEqual(hour);
  // Counted by the minute, so a minute or two more.
  expect(Math.max(...hours)).toBeLessThanOrEqual(hour + 120 * second);
});
