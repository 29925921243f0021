/**
 * Whoever takes rows takes them in one order (docs/decisions/0048), so that no two transactions wait for each other:
 * PostgreSQL finds such a knot only after a second, and undoes one of them. It counts what it found.
 */
import { afterEach, expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { Line } from '../conformance/line.ts';
import { limitsWith, makeArrival, makeArrivals, notDelivered } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import type { Store } from '../store.ts';
import { withConnection } from './migrate.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';

let open: Store[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});

/** Two replicas on one database. */
async function openTwo(): Promise<{ url: string; one: Line; two: Line }> {
  const url = await makeTempDatabase();
  open = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const [one, two] = open.map((store) => new Line(store)) as [Line, Line];
  return { url, one, two };
}

/** A batch whose answers have all come and whose deliveries have not been started: as the drivers leave it. */
async function settleBatch(url: string, line: Line, requests: number): Promise<number> {
  for (let n = 0; n < requests; n += 200) await line.accept(makeArrivals(`${n}-`, 200));
  const [batch] = await line.store.listBatches({ cursor: null, limit: 1 });
  await withConnection(url, (client) =>
    client.query(`
      update requests set state = 'openai_processed', outcome = 'succeeded', outcome_number = 1, outcome_at = 1;
      insert into results (request_id, line, custom_id_start, custom_id_end) select id, 'x', 0, 1 from requests;
      update batches set state = 'delivering', sent_count = request_count, succeeded_count = request_count;
      analyze`),
  );
  return batch?.id ?? 0;
}

async function startAll(line: Line, batchId: number): Promise<void> {
  let afterId: number | null = 0;
  while (afterId !== null) {
    const input = { batchId, state: 'openai_processed', afterId, limit: 500, now: line.now } as const;
    const slice: { lastId: number | null } = await line.store.startDeliveries(input);
    afterId = slice.lastId;
  }
}

/** Delivers whatever is due until `done` says that no more will come. */
async function sendAll(line: Line, name: string, done: () => boolean): Promise<void> {
  for (;;) {
    const wasLast = done();
    const claimed = await line.claimDeliveries(50, name);
    if (claimed.length > 0) await line.recordDeliveries(claimed, 'delivered', name);
    else if (wasLast) return;
  }
}

/** What PostgreSQL has counted once every connection of the stores has ended. */
async function countDeadlocks(url: string): Promise<number> {
  await Promise.all(open.splice(0).map((store) => store.close()));
  return withConnection(url, async (client) => {
    const ask = async (sql: string) => Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
    const others = `select count(*) as n from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()`;
    await until(async () => (await ask(others)) === 0);
    return ask('select deadlocks as n from pg_stat_database where datname = current_database()');
  });
}

it('delivers beside the starting of deliveries without a knot', async () => {
  const { url, one, two } = await openTwo();
  const batchId = await settleBatch(url, one, 3_000);
  let started = false;
  await Promise.all([
    startAll(one, batchId).then(() => {
      started = true;
    }),
    sendAll(one, 'one', () => started),
    sendAll(two, 'two', () => started),
  ]);
  const [batch] = await one.store.listBatches({ cursor: null, limit: 1 });
  expect(batch).toMatchObject({ delivered_count: 3_000, delivering_count: 0 });
  expect(await recount(one.store)).toEqual([]);
  expect(await countDeadlocks(url)).toBe(0);
});

/** Keeps rows for the time of `act`, and asks which others are free. */
async function whileHeld(
  url: string,
  rows: string,
  act: (free: (rows: string) => Promise<boolean>, blocked: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  await withConnection(url, async (holder) => {
    await holder.query(`begin; select id from ${rows} for update`);
    await withConnection(url, (other) =>
      act(
        async (wanted) => {
          const nowait = `begin; select id from ${wanted} for update nowait; rollback`;
          return other.query(nowait).then(
            () => true,
            () => other.query('rollback').then(() => false),
          );
        },
        async () => {
          const waiting = `select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`;
          return (await other.query(waiting)).rows.length > 0;
        },
      ),
    );
    await holder.query('rollback');
  });
}

const filter = { which: 'all' } as const;
const target = {
  delivery: '{}',
  destination: { type: 'webhook', address: 'https://other.example' },
} as const;

/** What comes upon a batch and destinations, told apart by the request it is about. */
const comeUpon: Record<string, (line: Line, batchId: number) => Promise<unknown>> = {
  startDeliveries: ({ store, now }, batchId) =>
    store.startDeliveries({ batchId, state: 'openai_processed', afterId: 0, limit: 9, now }),
  redeliverNext: ({ store, now }) => store.redeliverNext({ limit: 9, now }),
  redeliverRequest: ({ store, now }) => store.redeliverRequest({ customId: 'sent1', actor: 'ann', now }),
  retargetRequest: ({ store, now }) =>
    store.retargetRequest({ customId: 'kept1', ...target, actor: 'ann', now }),
};

it.each(Object.entries(comeUpon))('%s takes no destination before its batch', async (_, order) => {
  const { url, one } = await openTwo();
  await one.accept([...makeArrivals('sent', 2), ...makeArrivals('kept', 1, notDelivered)]);
  await one.sendOpen();
  await one.finish();
  await one.handOver();
  await one.accept([...makeArrivals('new', 2), makeArrival('other', { destination: target.destination })]);
  const { id } = await one.sendOpen();
  await one.move('openai_processing', 'complete');
  await one.move('openai_completed', 'download');
  await one.settle('downloading');
  await one.store.createRedelivery({ filter, matching: null, actor: 'ann', now: one.now });
  let running: Promise<unknown> | undefined;
  await whileHeld(url, 'batches', async (free, blocked) => {
    running = order(one, id);
    await until(blocked);
    expect(await free('destinations')).toBe(true);
  });
  await running;
  expect(await recount(one.store)).toEqual([]);
});

it('takes requests with an outcome before their batch when a batch is restarted', async () => {
  const { url, one } = await openTwo();
  await one.accept(makeArrivals('a', 2));
  await one.sendOpen();
  await one.move('openai_processing', 'fail');
  await one.settle('failed', () => 'missing');
  await one.handOver();
  const [batch] = await one.store.listBatches({ cursor: null, limit: 1 });
  const order = { batchId: batch?.id ?? 0, actor: 'ann', now: one.now };
  expect(await one.store.requestRestart(order)).toMatchObject({ kind: 'requested' });
  const held = await one.claim('failed');
  let running: Promise<unknown> | undefined;
  await whileHeld(url, 'requests', async (free, blocked) => {
    running = held ? one.restart(held) : undefined;
    await until(blocked);
    expect(await free('batches')).toBe(true);
  });
  await running;
  expect(await recount(one.store)).toEqual([]);
});

it('waits for nobody where an order comes too late, or rows are taken by whoever finds them free', async () => {
  const { url, one } = await openTwo();
  const { store, now } = one;
  await one.accept(makeArrivals('a', 3));
  const batch = await one.sendOpen();
  await whileHeld(url, 'batches', async () => {
    const late = { kind: 'too_late', state: 'openai_processing', batchState: 'openai_processing' };
    expect(await store.cancelRequest({ customId: 'a1', now })).toEqual(late);
    expect(await store.deleteRequest({ customId: 'a1', now })).toEqual(late);
  });
  await one.finish();
  const later = now + 1_000;
  const giveUp = { mostHeldMs: 500, limit: 9, now: later };
  const broken = {
    breaker: 'open',
    breaker_opened_at: 1,
    holds_since: 1,
    recovering_since: now + 1,
  } as const;
  const [place] = await store.listDestinations({ afterId: 0, limit: 1 });
  await store.editDestination({
    id: place?.id ?? 0,
    ifVersion: 0,
    facts: { ...broken, blocked_until: later },
    actor: 'ann',
    now,
  });
  await whileHeld(url, 'requests', async () => {
    expect(await store.callForward({ limit: 9, now: 0 })).toBe(true);
    expect(await store.giveUpHeld(giveUp)).toBe(0);
  });
  expect(await store.giveUpHeld(giveUp)).toBe(3);
  await store.deleteBatch({ batchId: batch.id, evenUndelivered: true, now });
  await whileHeld(url, `requests where custom_id = 'a1'`, async () => {
    expect(await store.removeSlice({ limit: 9 })).toBe(false);
  });
  expect(await store.getRequest({ customId: 'a1' })).toBeDefined();
  while (await store.removeSlice({ limit: 9 }));
  expect(await store.listBatches({ cursor: null, limit: 9 })).toEqual([]);
});

it('says that it lives whatever a connection of the dead still holds, and takes that over later', async () => {
  const { url, one } = await openTwo();
  await one.accept(makeArrivals('a', 4));
  await one.sendOpen();
  await one.finish();
  await one.accept(makeArrivals('b', 2), limitsWith({ maxRequests: 1 }));
  const who = {
    role: 'worker',
    version: '1',
    startedAt: 1,
    deadAfterMs: 9_000,
  } as const;
  const beat = (name: string) => one.store.beatReplica({ ...who, name, now: one.now });
  const takeOver = async () => {
    await beat('alive');
    return one.store.takeOverSilent({
      name: 'alive',
      now: one.now,
      deadAfterMs: 9_000,
    });
  };
  await beat('dead');
  const lease = { leaseToken: 'dead', leaseMs: 60_000, now: one.now };
  await one.store.claimBatches({ ...lease, states: ['uploading'], limit: 2, owner: 'dead' });
  const places = { type: 'webhook', perDestination: 9, inFlight: {} } as const;
  const claim = { ...lease, ...places, limit: 4 };
  expect((await one.store.claimDeliveries(claim)).deliveries).toHaveLength(4);
  one.now += 9_001;
  const [uploading] = await one.store.listBatches({ states: ['uploading'], cursor: null, limit: 1 });
  await whileHeld(url, `batches where id = ${uploading?.id}`, async () => {
    await whileHeld(url, 'destinations', async () => {
      expect(await takeOver()).toEqual({ replicas: ['dead'], batches: 1 });
      expect(await takeOver()).toEqual({ replicas: [], batches: 0 });
    });
    // A batch that cannot be had keeps no delivery back.
    expect(await takeOver()).toEqual({ replicas: [], batches: 0 });
    const heir = { ...claim, leaseToken: 'alive', now: one.now };
    expect((await one.store.claimDeliveries(heir)).deliveries).toHaveLength(4);
  });
  expect(await takeOver()).toEqual({ replicas: ['dead'], batches: 1 });
  expect((await one.store.listReplicas()).map(({ name }) => name)).toEqual(['alive']);
});

it('makes pairs and destinations that come for the first time without a knot', async () => {
  const { url, one, two } = await openTwo();
  const group = (name: string, round: number) =>
    Array.from({ length: 20 }, (_, n) =>
      makeArrival(`${name}-${round}-${n}`, {
        model: `model-${round}-${n}`,
        destination: { type: 'webhook', address: `https://r${round}-${n}.example` },
      }),
    );
  for (let round = 0; round < 10; round++) {
    await Promise.all([one.accept(group('up', round)), two.accept(group('down', round).reverse())]);
  }
  expect(await recount(one.store)).toEqual([]);
  expect(await countDeadlocks(url)).toBe(0);
});
