import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../../core/limits.ts';
import { makeArrival } from '../conformance/make-arrivals.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { newDatabasePath } from './temp-store.for-test.ts';

test('pages freed by removals go back to the file system', async () => {
  const path = newDatabasePath();
  const store = await openSqliteStore({ path });
  const names = Array.from({ length: 100 }, (_, n) => `c-${n}`);
  const arrivals = names.map((name) => makeArrival(name, { body: Buffer.alloc(20_000, 'x') }));
  await store.acceptRequests({ now: 1, limits: defaultLimits, maxAgeMs: 1_000, arrivals });
  for (const customId of names) await store.deleteRequest({ customId, now: 2 });
  let rounds = 1;
  while (await store.releasePages({ pages: 100 })) rounds += 1;
  expect(rounds).toBeGreaterThan(3);
  await store.close();
  expect(statSync(path).size).toBeLessThan(500_000);
});
