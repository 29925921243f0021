/** What a store makes of a cluster that was recovered, promoted, or put back from a snapshot under it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Line } from '../conformance/line.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import type { Store } from '../store.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { OwnCluster } from './own-cluster.for-test.ts';

let cluster: OwnCluster;
let store: Store;

beforeAll(async () => {
  cluster = await OwnCluster.start();
  store = await openPostgresStore({ url: cluster.url, connections: 4 });
  await start();
});
afterAll(async () => {
  await store.close();
  await cluster.stop();
});

const start = () => store.startAfterRestore({ now: Date.now() });

async function accept(name: string): Promise<number> {
  await new Line(store).accept(makeArrivals(name, 1));
  return (await store.getRequest({ customId: `${name}1` }))?.id ?? 0;
}

it('knows a promoted standby and a recovery by the timeline, each once, and no mere restart', async () => {
  await accept('a');
  await cluster.restart();
  expect(await start()).toBeNull();
  await cluster.promote();
  expect(await start()).toMatchObject({ batches: 1 });
  expect(await start()).toBeNull();

  await cluster.copy();
  const lost = await accept('lost');
  await cluster.recover();
  expect(await store.getRequest({ customId: 'lost1' })).toBeUndefined();
  expect(await start()).not.toBeNull();
  expect(await accept('later')).toBeGreaterThan(lost + 1_000_000);
  await cluster.restart();
  expect(await start()).toBeNull();
});

it('forgets ids of rows that were lost with the old primary: nothing goes to another receiver', async () => {
  await cluster.copy();
  const at = (path: string) => ({ type: 'webhook', address: `https://example.com/${path}` });
  const sendTo = (name: string, path: string) =>
    new Line(store).accept(makeArrivals(name, 1).map((arrival) => ({ ...arrival, destination: at(path) })));
  await sendTo('lost-with-its-destination', 'ours');
  await cluster.recover();
  await start();
  await sendTo('first', 'theirs');
  await sendTo('second', 'ours');
  const request = await store.getRequest({ customId: 'second1' });
  expect(await store.getDestination({ id: request?.destination_id ?? 0 })).toMatchObject(at('ours'));
});

it('cannot know files that were put back as they were, until it is told', async () => {
  await cluster.copy();
  const lost = await accept('unseen');
  await cluster.putBackSnapshot();
  expect(await start()).toBeNull();
  expect(await accept('again')).toBe(lost);
  await store.writeSetting({ name: 'backup_taken_at', value: '1', actor: 'command line', now: 1 });
  expect(await start()).toMatchObject({ takenAt: 1 });
  expect(await accept('after')).toBeGreaterThan(lost + 1_000_000);
});
