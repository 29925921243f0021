/** One replica's intake on PostgreSQL: stores groups for some seconds, then says how many requests it stored. */
import { makeArrivals } from '../../server/store/conformance/make-arrivals.ts';
import { openPostgresStore } from '../../server/store/postgres/open-postgres-store.ts';

const [url = '', name = '', model = '', seconds = '5', rows = '64'] = process.argv.slice(2);
const groupsUnderWay = 3;
const text = 'x'.repeat(2_000);
const limits = { maxRequests: 50_000, maxBytes: 200_000_000, maxEmbeddingInputs: 50_000, maxTokens: 1e12 };

const store = await openPostgresStore({ url });
let stored = 0;
let groups = 0;

async function feed(turn: number, until: number): Promise<void> {
  while (performance.now() < until) {
    groups += 1;
    const arrivals = makeArrivals(`${name}-${turn}-${groups}-`, Number(rows), { model }).map((arrival) => ({
      ...arrival,
      body: Buffer.from(JSON.stringify({ model, input: text })),
    }));
    await store.acceptRequests({ now: Date.now(), limits, maxAgeMs: 3_600_000, arrivals });
    stored += arrivals.length;
  }
}

/** Not counted: connections, plans, caches. */
const warmUpMs = 1_500;
const all = (ms: number) =>
  Promise.all(Array.from({ length: groupsUnderWay }, (_, turn) => feed(turn, performance.now() + ms)));
await all(warmUpMs);
stored = 0;
const startedAt = performance.now();
await all(Number(seconds) * 1_000);
const perSecond = stored / ((performance.now() - startedAt) / 1_000);
await store.close();
process.stdout.write(`${Math.round(perSecond)}\n`);
