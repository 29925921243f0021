/** A claim changes the row alone: no index names what it writes (docs/decisions/0099). One more index would undo it unseen. */
import { expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { Line } from '../conformance/line.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import { withConnection } from './migrate.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';

it('keeps the new version of a claimed row on its page', async () => {
  const url = await makeTempDatabase();
  const store = await openPostgresStore({ url });
  const line = new Line(store);
  await line.accept(makeArrivals('a', 9));
  await line.sendOpen();
  await line.finish();
  expect(await line.claimDeliveries()).toHaveLength(9);
  // A connection that ends tells what it has counted.
  await store.close();
  await withConnection(url, async (client) => {
    const heapOnly = async () => {
      const sql = `select n_tup_hot_upd as n from pg_stat_user_tables where relname = 'requests'`;
      return Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
    };
    await until(async () => (await heapOnly()) === 9);
  });
});
