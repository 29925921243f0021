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

it('waits no longer for a busy connection than it takes to learn that another has fallen silent', async () => {
  const network = await startFaultyNetwork(await makeTempDatabase());
  const store = await openPostgresStore({ url: network.url, connections: 3, limits: { graceMs: 50 } });
  const accept = (name: string) => store.acceptRequests({ ...intake, arrivals: makeArrivals(name, 1) });
  await Promise.all([accept('a'), store.readTime(), store.countRequests()]);
  network.silence();
  // These would be lost after 65 seconds; a sign of life is after 3.
  const waiting = Promise.all([accept('b'), store.countRequests()]);
  await expect(store.readTime()).rejects.toMatchObject({ code: 'store_unavailable' });
  await waiting;
  expect((await store.countRequests()).requests).toBe(2);
  await store.close();
}, 20_000);

it('says in time that the database does not answer, and closes though nobody says goodbye', async () => {
  const network = await startFaultyNetwork(await makeTempDatabase());
  const store = await openPostgresStore({ url: network.url });
  const listening = new Promise<void>((resolve) => store.notices?.listen(() => resolve()));
  await Promise.all([store.ping(), listening]);
  network.silence();
  network.silenceNew();
  const late = { code: 'store_unavailable', message: 'The database does not answer.' };
  await expect(store.ping()).rejects.toMatchObject(late);
  await store.close();
});
