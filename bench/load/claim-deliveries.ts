/** Claims what is due, 50 at a time, straight from the store: how fast a dispatcher finds its work. */
import { openPostgresStore } from '../../server/store/postgres/open-postgres-store.ts';
import { openSqliteStore } from '../../server/store/sqlite/open-sqlite-store.ts';
import type { DatabasePlace } from '../databases.ts';
import { readInput, tell } from '../task.ts';

const { databasePath, databaseUrl, rows } = readInput<DatabasePlace & { rows: number }>();
const store =
  databaseUrl === null
    ? await openSqliteStore({ path: databasePath })
    : await openPostgresStore({ url: databaseUrl });
let claimed = 0;
const startedAt = performance.now();
// A destination rests when a claim finds fewer than it had places for, so a claim may come back with nothing.
for (let n = 0; claimed < rows && n < rows; n++) {
  const { deliveries } = await store.claimDeliveries({
    type: 'webhook',
    now: Date.now(),
    limit: 50,
    leaseMs: 600_000,
    leaseToken: 'bench',
    perDestination: 1_000,
    inFlight: {},
  });
  claimed += deliveries.length;
}
const seconds = (performance.now() - startedAt) / 1_000;
await store.close();
tell({ event: 'result', claimed, perSecond: claimed / seconds });
process.disconnect();
