/** What there is once, however many replicas there are: settings, pauses, wake-ups, breakers, and who works. */
import { afterEach, expect, test } from 'vitest';
import { createSecret } from '../../demo/start-service.ts';
import { Line } from '../../server/store/conformance/line.ts';
import { makeArrivals } from '../../server/store/conformance/make-arrivals.ts';
import { withConnection } from '../../server/store/postgres/migrate.ts';
import type { Store } from '../../server/store/store.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { startCuttingProxy } from '../broker/cutting-proxy.ts';
import { call, makeOutcomes } from '../delivery/make-outcomes.ts';
import { OutcomeSink } from '../delivery/outcome-sink.ts';
import { makePost } from '../make-post.ts';
import type { TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { startPair, startReplica } from './pair.ts';

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const timing = { validateMs: 20, runMs: 50, finalizeMs: 20 };
  const simulator = await startSimulator({ timing, ...options });
  ends.push(() => simulator.close());
  return simulator;
}

async function pairUp(...settings: Parameters<typeof startPair>) {
  const pair = await startPair(...settings);
  ends.push(() => pair.close());
  return pair;
}

const hasty = {
  BATCH_MAX_AGE_MS: 50,
  POLL_INTERVAL_MS: 50,
  RETRY_FASTER: 1_000,
  SUBMIT_LOOKS_MS: '0,50,200,500',
};

const post = ({ url }: TestService, customId: string, change: object = {}) =>
  call(url, 'POST', '/api/requests', { body: makePost(customId, change) });
const stateOf = async ({ url }: TestService, batch = 1) =>
  ((await call(url, 'GET', `/api/batches/${batch}`)) as { state: string }).state;

test('a pause that is ordered at one replica is obeyed by the other, and so is its end', async () => {
  const simulator = await simulate();
  const both = { ...hasty, OPENAI_BASE_URL: simulator.url };
  const { one, other } = await pairUp(both, { ROLE: 'api' }, { ROLE: 'worker' });
  await call(one.url, 'POST', '/api/stages/upload/pause');
  await until(() => other.service.ctx.live.pauseOf('upload') !== undefined);
  await post(one, 'held');
  await until(async () => (await stateOf(one)) === 'uploading');
  const upload = other.service.drivers.find(({ name }) => name === 'upload');
  expect([await upload?.runOnce(), simulator.summary().files]).toEqual([0, 0]);
  await call(one.url, 'POST', '/api/stages/upload/resume');
  await until(async () => (await stateOf(one)) === 'done');
});

test('settings that are edited at one replica hold at the other', async () => {
  const { one, other } = await pairUp({ ROLE: 'api' });
  await call(one.url, 'PATCH', '/api/settings', { body: { BATCH_MAX_REQUESTS: 2 } });
  await until(() => other.service.ctx.settings.BATCH_MAX_REQUESTS === 2);
  for (const name of ['a', 'b', 'c']) await post(other, name);
  const first = await call(one.url, 'GET', '/api/batches/1');
  expect(first).toMatchObject({ state: 'uploading', close_reason: 'requests' });
  expect(await stateOf(one, 2)).toBe('building');
});

test('a move at one replica wakes the other at once', async () => {
  const { one, other } = await pairUp({ ROLE: 'api' });
  await post(one, 'a');
  let heard = 0;
  other.service.ctx.wakeUps.on('upload', () => {
    heard += 1;
  });
  await call(one.url, 'POST', '/api/batches/1/upload');
  await until(() => heard === 1);
});

interface Health {
  readonly breaker: string;
  readonly failures_in_a_row: number;
}

test('a breaker that one replica has opened holds at the other', async () => {
  const sinks = [await new OutcomeSink().listen(), await new OutcomeSink().listen()] as const;
  const [broken, well] = sinks;
  ends.push(async () => void (await Promise.all(sinks.map((sink) => sink.close()))));
  const { databaseUrl, one, other } = await pairUp({}, {}, { ROLE: 'api' });
  broken.answer = 503;
  await makeOutcomes(one.url, 12, () => broken.url);
  const health = async ({ url }: TestService) =>
    ((await call(url, 'GET', '/api/destinations/1')) as { health: Health }).health;
  await until(async () => (await health(other)).failures_in_a_row === 12);
  // Five minutes pass in which nothing was taken.
  await withConnection(databaseUrl, (client) =>
    client.query('update destinations set failing_since = failing_since - 300000'),
  );
  await makeOutcomes(one.url, 1, () => broken.url, 'last');
  await until(async () => (await health(other)).breaker === 'open');
  await one.stop();
  const before = broken.refused;
  const sender = await other.restart({ ROLE: 'all' });
  ends.push(() => sender.stop());
  await makeOutcomes(sender.url, 2, (n) => (n === 0 ? broken.url : well.url), 'held');
  await until(() => well.taken.size === 1);
  expect([(await health(sender)).breaker, broken.refused]).toEqual(['open', before]);
  broken.answer = 'take';
  await call(sender.url, 'POST', '/api/destinations/1/close-breaker');
  await until(() => broken.taken.size === 14);
});

/** Batches of 30 tokens each whose files are at the provider, and that wait to be created. */
async function makeWaiting(line: Line, count: number, credentials: string): Promise<void> {
  const { store } = line;
  for (let n = 0; n < count; n++) {
    await line.accept(makeArrivals(`${credentials}-${n}-`, 3));
    const [open] = await store.listBatches({ states: ['building'], cursor: null, limit: 1 });
    await line.close(open?.id ?? 0);
    const facts = { openai_input_file_id: `file-${n}`, provider_credentials: credentials };
    await line.move('uploading', 'upload', { facts });
  }
}

const ledgers = [
  { what: 'the token cap of a family', tokens: 100, creationsPerHour: 2_000, admitted: 3 },
  { what: 'the batches that may be created in an hour', tokens: 1_000_000, creationsPerHour: 5, admitted: 5 },
];

test.each(ledgers)('two replicas that ask at the same time stay within $what', async (ledger) => {
  const { one, other } = await pairUp({ ROLE: 'api' });
  const stores = [one.service.ctx.store, other.service.ctx.store];
  const { creationsPerHour } = ledger;
  const rules = { overrides: { '': ledger.tokens }, tier: null };
  const line = new Line(one.service.ctx.store);
  // Each key has a ledger of its own.
  for (const credentials of ['first', 'second', 'third', 'fourth']) {
    await makeWaiting(line, 20, credentials);
    const { now } = line;
    const claim = { states: ['uploaded'], limit: 20, leaseMs: 60_000, now, owner: 'test' } as const;
    const { batches } = await line.store.claimBatches({ ...claim, leaseToken: credentials });
    expect(batches).toHaveLength(20);
    const ask = { leaseToken: credentials, rules, creationsPerHour, spread: 0.5, faster: 1, now };
    const answers = await Promise.all(
      batches.map(({ id }, n) => (stores[n % 2] as Store).admitBatch({ ...ask, batchId: id })),
    );
    const admitted = answers.flatMap((answer) => (answer.kind === 'admitted' ? [answer.batch] : []));
    expect(admitted).toHaveLength(ledger.admitted);
    const reserved = (await line.store.readCapacity({ credentials })).sums[0]?.tokens;
    expect(reserved).toBe(30 * ledger.admitted);
    line.now += 100_000;
  }
});

test('a replica that would sign with another secret does not start beside the others', async () => {
  const { databaseUrl, one, other } = await pairUp({ ROLE: 'api' });
  const mistaken = { DATABASE_URL: databaseUrl, WEBHOOK_SECRET: createSecret() };
  await expect(startReplica(mistaken)).rejects.toThrow(/WEBHOOK_SECRET is not the one/);
  const minuteAgo = `update settings set updated_at = updated_at - 60000 where name = 'webhook_secret_proof'`;
  await withConnection(databaseUrl, (client) => client.query(minuteAgo));
  await expect(startReplica(mistaken)).rejects.toThrow(/WEBHOOK_SECRET is not the one/);
  await Promise.all([one.stop(), other.stop()]);
  const changed = await startReplica(mistaken);
  await changed.stop();
  await expect(startReplica({ DATABASE_URL: databaseUrl })).rejects.toThrow(/stop all of them/);
});

interface Activity {
  readonly replicas: readonly { readonly name: string }[];
}
const living = async ({ url }: TestService) => {
  const { replicas } = (await call(url, 'GET', '/api/console/activity')) as Activity;
  return replicas.map(({ name }) => name.split('-')[0]).sort();
};

test('a replica that is cut from the database lets go of its work, and comes back', {
  timeout: 120_000,
}, async () => {
  const simulator = await simulate({ scripts: ['hanging-create'] });
  const { databaseUrl, other: watching } = await pairUp(hasty, { ROLE: 'api' }, { ROLE: 'api' });
  const real = new URL(databaseUrl);
  const proxy = await startCuttingProxy(Number(real.port || 5432));
  ends.push(() => proxy.close());
  const through = new URL(databaseUrl);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const both = { ...hasty, OPENAI_BASE_URL: simulator.url };
  const start = async (name: string, url: string) => {
    const replica = await startReplica({ ...both, DATABASE_URL: url, REPLICA_NAME: name });
    ends.push(() => replica.stop());
    return replica;
  };
  const cut = await start('cut', through.href);
  await post(watching, 'a');
  await simulator.until(({ summary }) => summary.batches === 1);
  const heir = await start('heir', databaseUrl);
  proxy.refuse();
  proxy.cut();
  await until(() => cut.service.membership?.present === false);
  await until(async () => (await stateOf(watching)) === 'done', 60_000);
  expect(simulator.summary()).toMatchObject({ batches: 1, duplicates: 0, overlappingCalls: 0 });
  expect(await living(watching)).toEqual(['heir', 'one', 'other']);
  proxy.allow();
  await until(async () => (await living(watching)).includes('cut'), 60_000);
  await heir.stop();
  await post(cut, 'b');
  await until(async () => (await stateOf(watching, 2)) === 'done');
  expect(simulator.summary()).toMatchObject({ batches: 2, duplicates: 0, overlappingCalls: 0 });
});
