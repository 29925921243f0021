/**
 * A server to be killed: holds the database named on its command line and stores requests without end. Prints
 * one line for each group that was acknowledged: the ids, separated by spaces.
 */
import { defaultLimits } from '../../../core/limits.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import { openSqliteStore } from './open-sqlite-store.ts';

const store = await openSqliteStore({ path: process.argv[2] ?? '' });
process.stdout.write('ready\n');

async function storeGroups(name: string): Promise<void> {
  for (let group = 1; ; group++) {
    const arrivals = makeArrivals(`${name}-${group}-`, 5);
    const input = { now: group, limits: defaultLimits, maxAgeMs: 1_000, arrivals };
    const { acceptances } = await store.acceptRequests(input);
    process.stdout.write(`${acceptances.map(({ requestId }) => requestId).join(' ')}\n`);
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(storeGroups));
