import { expect, it } from 'vitest';
import { defaultLimits } from '../../../core/limits.ts';
import { makeArrival, makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { newDatabasePath, openTempStore } from './temp-store.for-test.ts';

const rules = { now: 1, limits: defaultLimits, maxAgeMs: 1_000 };
/** A value that no column of its kind takes, in the last row of a group: everything before it was written. */
const broken = makeArrival('broken', { model: 'only-here', lineBytes: 'x' as unknown as number });

it('rolls back an operation that throws, alone, while its group commits', async () => {
  const store = await openTempStore();
  // Two groups may be under way; what comes while they are forms the next one together.
  const busy = ['a', 'b'].map((name) => store.writeSetting({ name, value: '1', actor: 'a', now: 1 }));
  const answers = await Promise.allSettled([
    store.acceptRequests({ ...rules, arrivals: [makeArrival('before')] }),
    store.acceptRequests({ ...rules, arrivals: [makeArrival('with', { model: 'only-here' }), broken] }),
    store.acceptRequests({ ...rules, arrivals: [makeArrival('after')] }),
  ]);
  await Promise.all(busy);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((answers[1] as PromiseRejectedResult).reason.message).toMatch(/^acceptRequests: /);
  expect(await store.getRequest({ customId: 'before' })).toBeDefined();
  expect(await store.getRequest({ customId: 'with' })).toBeUndefined();
  expect(await store.getRequest({ customId: 'after' })).toBeDefined();
  expect(await recount(store)).toEqual([]);
  await store.close();
});

it('forgets the ids of rows that were rolled back', async () => {
  const store = await openTempStore();
  const over = { model: 'only-here', destination: { type: 'webhook', address: 'https://only-here.example' } };
  const failing = [makeArrival('x', over), broken];
  await expect(store.acceptRequests({ ...rules, arrivals: failing })).rejects.toThrow();
  await store.acceptRequests({ ...rules, arrivals: [makeArrival('other', { model: 'first-now' })] });
  await store.acceptRequests({ ...rules, arrivals: [makeArrival('y', over)] });
  const [other, y] = [
    await store.getRequest({ customId: 'other' }),
    await store.getRequest({ customId: 'y' }),
  ];
  expect([other?.model, y?.model]).toEqual(['first-now', 'only-here']);
  expect(other?.destination_id).not.toBe(y?.destination_id);
  await store.close();
});

it('commits everything that was given to it before it closes, and takes nothing after', async () => {
  const path = newDatabasePath();
  const store = await openSqliteStore({ path });
  const writes = Array.from({ length: 500 }, (_, n) =>
    store.acceptRequests({ ...rules, arrivals: makeArrivals(`w${n}-`, 2) }),
  );
  const bulk = store.removeAttempts({ before: 1, limit: 1 });
  const closing = [store.close(), store.close()];
  const late = store.acceptRequests({ ...rules, arrivals: [makeArrival('late')] });
  await expect(late).rejects.toMatchObject({ code: 'store_unavailable' });
  const answers = await Promise.all(writes);
  expect(answers.flatMap(({ acceptances }) => acceptances)).toHaveLength(1_000);
  expect(await bulk).toBe(false);
  await Promise.all(closing);
  await expect(store.removeSetting({ name: 'x' })).rejects.toMatchObject({ code: 'store_unavailable' });
  const again = await openSqliteStore({ path });
  expect((await again.countRequests()).requests).toBe(1_000);
  await again.close();
});

it('lets bulk slices run beside a stream of interactive work, and the other way round', async () => {
  const store = await openTempStore();
  const order: string[] = [];
  const note = (kind: string) => () => order.push(kind);
  const work = [
    ...Array.from({ length: 400 }, (_, n) =>
      store.writeSetting({ name: `s${n}`, value: '1', actor: 'a', now: 1 }).then(note('interactive')),
    ),
    ...Array.from({ length: 3 }, () => store.removeAttempts({ before: 1, limit: 1 }).then(note('bulk'))),
  ];
  await Promise.all(work);
  expect(order.lastIndexOf('bulk')).toBeLessThan(400);
  expect(order.indexOf('bulk')).toBeGreaterThan(0);
  await store.close();
});

it('runs what came during a bulk slice before the slices that were given to the thread before it', async () => {
  // Each commit takes so long that what is ordered in between has come long before it ends.
  const store = await openSqliteStore({ path: newDatabasePath(), fsyncDelayMs: 300 });
  const order: string[] = [];
  const slices = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'].map((name) =>
    store.removeAttempts({ before: 1, limit: 1 }).then(() => order.push(name)),
  );
  await slices[0];
  await store.writeSetting({ name: 'a', value: '1', actor: 'a', now: 1 });
  order.push('interactive');
  await Promise.all(slices);
  expect(order.indexOf('interactive')).toBeLessThan(order.indexOf('fifth'));
  await store.close();
});
