import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { Line } from '../conformance/line.ts';
import { limitsWith, makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import type { Store } from '../store.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';

let open: Store[] = [];
afterEach(async () => {
  await Promise.all(open.map((store) => store.close()));
  open = [];
});

/** Stores of as many replicas on one database. */
async function openReplicas(count: number): Promise<{ url: string; stores: Store[] }> {
  const url = await makeTempDatabase();
  open = await Promise.all(Array.from({ length: count }, () => openPostgresStore({ url, connections: 5 })));
  return { url, stores: open };
}

const limits = limitsWith({ maxRequests: 7 });

it('stores each request once in one open batch of its pair, whoever is given it and however often', async () => {
  const { stores } = await openReplicas(3);
  const groups = Array.from({ length: 60 }, (_, n) =>
    makeArrivals(`g${n % 20}-`, 5, { model: `model-${n % 2}` }),
  );
  const answers = await Promise.all(
    groups.map((arrivals, n) =>
      (stores[n % 3] as Store).acceptRequests({ now: 1_000 + n, limits, maxAgeMs: 60_000, arrivals }),
    ),
  );
  const kinds = answers.flatMap(({ acceptances }) => acceptances.map(({ kind }) => kind));
  expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(100);
  expect(kinds.filter((kind) => kind === 'same')).toHaveLength(200);
  const batches = await (stores[0] as Store).listBatches({ cursor: null, limit: 1_000 });
  expect(Math.max(...batches.map((batch) => batch.request_count))).toBeLessThanOrEqual(7);
  expect(batches.reduce((sum, batch) => sum + batch.request_count, 0)).toBe(100);
  const open = batches.filter(({ state }) => state === 'building');
  expect(new Set(open.map(({ model, slot }) => `${model} ${slot}`)).size).toBe(open.length);
  expect(await recount(stores[0] as Store)).toEqual([]);
});

it('keeps one open batch of a pair while nobody meets, and lets those that meet pass each other', async () => {
  const { url, stores } = await openReplicas(2);
  const accept = (n: number) =>
    (stores[n % 2] as Store).acceptRequests({
      now: 1_000,
      limits: limitsWith({}),
      maxAgeMs: 60_000,
      arrivals: makeArrivals(`s${n}-`, 3),
    });
  for (let n = 0; n < 6; n++) await accept(n);
  const building = () => (stores[0] as Store).listBatches({ states: ['building'], cursor: null, limit: 99 });
  expect((await building()).map(({ slot }) => slot)).toEqual([0]);
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query(`begin; select id from batches where state = 'building' for update`);
  const [first] = await holder.query<{ id: string }>(`select id from batch_keys`).then(({ rows }) => rows);
  await holder.query(`select pg_advisory_xact_lock(hashtextextended('batch_keys0', $1))`, [first?.id]);
  await accept(6);
  await holder.query('rollback');
  await holder.end();
  expect((await building()).map(({ slot }) => slot).sort()).toEqual([0, 1]);
  await accept(7);
  const [latest, oldest] = await building();
  expect([latest?.request_count, oldest?.request_count]).toEqual([3, 21]);
});

it('never gives one batch, or one delivery, to two who ask at the same time', async () => {
  const { stores } = await openReplicas(3);
  const line = new Line(stores[0] as Store);
  await line.accept(makeArrivals('a', 40), limitsWith({ maxRequests: 1 }));
  const claims = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      (stores[n % 3] as Store).claimBatches({
        states: ['uploading'],
        now: line.now,
        limit: 3,
        leaseMs: 60_000,
        leaseToken: `token-${n}`,
        owner: `replica-${n % 3}`,
      }),
    ),
  );
  const claimed = claims.flatMap(({ batches }) => batches.map(({ id }) => id));
  expect(new Set(claimed).size).toBe(claimed.length);
  expect(Math.max(...claims.map(({ batches }) => batches.length))).toBe(3);
  expect(claimed.length).toBeGreaterThan(30);
});

it('repeats what a lost connection undid: nothing is lost, nothing is counted twice', async () => {
  const { url, stores } = await openReplicas(2);
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const cut = () =>
    admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
  const answers: string[] = [];
  for (let round = 0; round < 8; round++) {
    const accepting = Array.from({ length: 10 }, (_, n) =>
      (stores[n % 2] as Store).acceptRequests({
        now: 1_000,
        limits,
        maxAgeMs: 60_000,
        arrivals: makeArrivals(`r${round}-${n}-`, 5),
      }),
    );
    await cut();
    for (const { acceptances } of await Promise.all(accepting)) {
      answers.push(...acceptances.map(({ kind }) => kind));
    }
  }
  await admin.end();
  expect(answers).toHaveLength(400);
  expect(answers).not.toContain('conflict');
  expect((await (stores[0] as Store).countRequests()).requests).toBe(400);
  expect(await recount(stores[0] as Store)).toEqual([]);
});
