/**
 * Whoever takes rows takes them in one order (docs/decisions/0048), so that no two transactions wait for each other:
 * PostgreSQL finds such a knot only after a second, and undoes one of them. It counts what it found.
 */
import { afterEach, expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { Line } from '../conformance/line.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
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
