import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limitsWith, makeArrivals } from '../conformance/make-arrivals.ts';
import { recount } from '../conformance/recount.ts';
import type { AcceptOutput, Arrival } from '../intake/accept-requests.ts';
import type { Store } from '../store.ts';
import { acceptShortly } from './accept-at-once.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { type Operation, Runner } from './runner.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';
import { Shared } from './transaction.ts';

/** Counts the groups that were not stored in one statement. */
class CountingRunner extends Runner {
  longWays = 0;
  override run(name: string, operation: Operation, input: unknown): Promise<unknown> {
    this.longWays += 1;
    return super.run(name, operation, input);
  }
}

let store: Store;
let other: pg.Client;
let runner: CountingRunner;
let shared: Shared;

beforeEach(async () => {
  const url = await makeTempDatabase();
  store = await openPostgresStore({ url, connections: 3 });
  other = new pg.Client({ connectionString: url });
  await other.connect();
  shared = new Shared();
  runner = new CountingRunner(url, { name: 'write', connections: 4 }, shared);
});

afterEach(async () => {
  await Promise.all([other.end(), runner.close(), store.close()]);
});

const input = { now: 1_000, limits: limitsWith({}), maxAgeMs: 60_000 };

function accept(arrivals: readonly Arrival[]): Promise<AcceptOutput> {
  return acceptShortly(runner, 'acceptRequests', shared.known, { ...input, arrivals });
}

const batches = () => store.listBatches({ cursor: null, limit: 99 });

/** Resolves when somebody waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  const waiting = 'select count(*) as n from pg_locks where not granted';
  while ((await other.query<{ n: string }>(waiting)).rows[0]?.n === '0');
}

it('stores a group in one statement once its pairs are known, and keeps its order', async () => {
  const mixed = (prefix: string) =>
    makeArrivals(prefix, 6).map((arrival, n) => ({ ...arrival, model: `model-${n % 2}` }));
  await accept(mixed('a'));
  expect(runner.longWays).toBe(1);
  const { acceptances } = await accept(mixed('b'));
  expect(runner.longWays).toBe(1);
  const ids = acceptances.map(({ requestId }) => requestId);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  for (const [index, id] of ids.entries()) {
    expect((await store.getRequestById({ id }))?.custom_id).toBe(`b${index + 1}`);
  }
  expect(await recount(store)).toEqual([]);
});

it('answers each of a group by what it was, and asks only about those that were not stored', async () => {
  await accept(makeArrivals('a', 3));
  const [first, second, third] = makeArrivals('a', 3) as [Arrival, Arrival, Arrival];
  const changed = { ...second, contentHash: Buffer.alloc(32, 1) };
  const [fresh] = makeArrivals('b', 1) as [Arrival];
  const { acceptances } = await accept([first, fresh, changed, third, fresh]);
  expect(acceptances.map(({ kind }) => kind)).toEqual(['same', 'accepted', 'conflict', 'same', 'same']);
  expect(acceptances[4]?.requestId).toBe(acceptances[1]?.requestId);
  expect((await store.countRequests()).requests).toBe(4);
  expect(await recount(store)).toEqual([]);
});

it('loses and doubles nothing where groups with the same requests meet', async () => {
  await accept(makeArrivals('first', 1));
  const groups = Array.from({ length: 40 }, (_, n) => makeArrivals(`g${n % 20}-`, 8));
  const answers = await Promise.all(groups.map(accept));
  const kinds = answers.flatMap(({ acceptances }) => acceptances.map(({ kind }) => kind));
  expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(160);
  expect(kinds.filter((kind) => kind === 'same')).toHaveLength(160);
  expect(await recount(store)).toEqual([]);
});

it('puts nothing into a batch that is closed while it waits for it', async () => {
  await accept(makeArrivals('a', 1));
  await other.query(`begin; update batches set state = 'uploading', sent_count = 1, closed_at = 1`);
  const accepting = accept(makeArrivals('b', 2));
  await untilSomebodyWaits();
  await other.query('commit');
  expect((await accepting).acceptances.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
  expect((await batches()).map(({ state, request_count }) => [state, request_count])).toEqual([
    ['building', 2],
    ['uploading', 1],
  ]);
});

it('adds to what a batch holds when its turn comes', async () => {
  await accept(makeArrivals('a', 1));
  await other.query('begin; update batches set request_count = request_count + 10');
  const accepting = accept(makeArrivals('b', 2));
  await untilSomebodyWaits();
  await other.query('commit');
  await accepting;
  expect((await batches()).map(({ request_count }) => request_count)).toEqual([13]);
  expect(runner.longWays).toBe(1);
});
