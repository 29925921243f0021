import { expect, it } from 'vitest';
import { limitsWith, makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import { startFaultyNetwork } from './faulty-network.for-test.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';

const intake = { now: 1_000, limits: limitsWith({}), maxAgeMs: 60_000 };

it('leaves connections that have fallen silent, and goes on over new ones', async () => {
  const network = await startFaultyNetwork(await makeTempDatabase());
  const store = await openPostgresStore({ url: network.url, connections: 5, limits: { answerMs: 200 } });
  const useAll = async (name: string) => {
    const accepted = Promise.all([
      store.acceptRequests({ ...intake, arrivals: makeArrivals(`${name}-one-`, 1) }),
      store.acceptRequests({ ...intake, arrivals: makeArrivals(`${name}-two-`, 1) }),
      store.acceptBulk({ ...intake, arrivals: makeArrivals(`${name}-bulk-`, 1) }),
    ]);
    await Promise.all([accepted, store.readTime(), store.ping(), store.countRequests()]);
  };
  await useAll('before');
  network.silence();
  await useAll('after');
  expect((await store.countRequests()).requests).toBe(6);
  expect(await recount(store)).toEqual([]);
  await store.close();
});

it('says in time that the database does not answer, and closes though nobody says goodbye', async () => {
  const network = await startFaultyNetwork(await makeTempDatabase());
  const store = await openPostgresStore({ url: network.url, limits: { answerMs: 2_500 } });
  const listening = new Promise<void>((resolve) => store.notices?.listen(() => resolve()));
  await Promise.all([store.ping(), listening]);
  network.silence();
  network.silenceNew();
  const askedAt = performance.now();
  await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(performance.now() - askedAt).toBeLessThan(2_400);
  await store.close();
});
