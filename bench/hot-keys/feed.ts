/**
 * One replica's intake on PostgreSQL: stores groups for some seconds, then says how many requests it stored, and what a
 * request cost the database's connections, where these run on this machine: of all who use the database, so feed alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
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
/** CPU time of all processes that serve this database, as Linux counts it: in hundredths of a second. */
function databaseCpuMs(): number {
  const database = new URL(url).pathname.slice(1);
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('postgres:')) continue;
      if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(` ${database} `)) continue;
      const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
      const [user, system] = rest.split(' ').slice(11, 13);
      ticks += Number(user) + Number(system);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks * 10;
}

await all(warmUpMs);
stored = 0;
const cpuBefore = databaseCpuMs();
const startedAt = performance.now();
await all(Number(seconds) * 1_000);
const perSecond = stored / ((performance.now() - startedAt) / 1_000);
const databaseUs = ((databaseCpuMs() - cpuBefore) * 1_000) / stored;
await store.close();
process.stdout.write(
  `${JSON.stringify({ perSecond: Math.round(perSecond), databaseUs: Math.round(databaseUs) })}\n`,
);
