/** Without any PostgreSQL on the machine there still is one; and a store outlives its restart. */
import { expect, it } from 'vitest';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import { startOwnServer } from './find-server.for-test.ts';
import { openPostgresStore } from './open-postgres-store.ts';

const limits = { maxRequests: 50, maxBytes: 1e6, maxEmbeddingInputs: 50, maxTokens: 1e6 };

it('goes on after the database was restarted under it', async () => {
  const server = await startOwnServer();
  try {
    const store = await openPostgresStore({ url: server.url, connections: 4 });
    const accept = (name: string) =>
      store.acceptRequests({ now: 1_000, limits, maxAgeMs: 60_000, arrivals: makeArrivals(name, 3) });
    await accept('before');
    const restarting = server.restart();
    const during = await Promise.all(Array.from({ length: 20 }, (_, n) => accept(`during${n}-`)));
    await restarting;
    await accept('after');
    expect(during.flatMap(({ acceptances }) => acceptances)).toHaveLength(60);
    expect((await store.countRequests()).requests).toBe(66);
    expect(await recount(store)).toEqual([]);
    await store.close();
  } finally {
    await server.stop();
  }
});
