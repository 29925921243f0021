import { afterEach, expect, it } from 'vitest';
import { Line } from '../conformance/line.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import type { Store } from '../store.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';

let stores: Store[] = [];
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  stores = [];
});

it('sends one probe at a time, though two replicas claim at once and more falls due in between', async () => {
  const url = await makeTempDatabase();
  stores = await Promise.all([1, 2].map(() => openPostgresStore({ url, connections: 5 })));
  const [one, two] = stores.map((store) => new Line(store)) as [Line, Line];
  const destination = { type: 'webhook', address: 'https://broken.example' } as const;
  await one.accept(makeArrivals('a', 30, { destination }));
  await one.sendOpen();
  await one.finish();
  const [row] = await one.store.listDestinations({ afterId: 0, limit: 1 });
  const facts = { breaker: 'open', breaker_opened_at: one.now, blocked_until: one.now } as const;
  const edit = { id: row?.id ?? 0, ifVersion: row?.version ?? 0, facts, actor: 'ann', now: one.now };
  expect(await one.store.editDestination(edit)).not.toBeNull();
  for (let round = 1; round <= 12; round++) {
    const fallDue = (n: number) =>
      two.store.redeliverRequest({ customId: `a${n}`, actor: 'ann', now: two.now });
    const claim = (line: Line, name: string) =>
      line.claimDeliveries(50, name).then((claimed) => claimed.map((delivery) => ({ line, name, delivery })));
    const found = await Promise.all([
      claim(one, 'one'),
      fallDue(round),
      claim(two, 'two'),
      fallDue(round + 1),
    ]);
    const later = [await claim(two, 'two'), await claim(one, 'one')];
    const claims = [...found, ...later].flatMap((some) => (Array.isArray(some) ? some : []));
    expect([round, claims.length]).toEqual([round, 1]);
    for (const { line, name, delivery } of claims) {
      await line.recordDeliveries([delivery], 'again', name, true);
    }
    one.now += 300_000;
    two.now = one.now;
  }
});
