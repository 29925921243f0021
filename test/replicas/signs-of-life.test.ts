/** A replica says that it lives whatever its work waits for, and hears when nobody hears it. */
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFaultyNetwork } from '../../server/store/postgres/faulty-network.for-test.ts';
import { makeTempDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';

let url: string;
let other: pg.Client;
let holder: pg.Client;
let running: TestService | undefined;

beforeEach(async () => {
  url = await makeTempDatabase();
  [other, holder] = [new pg.Client(url), new pg.Client(url)];
  await Promise.all([other.connect(), holder.connect()]);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await Promise.all([other.end(), holder.end()]);
});

async function start(databaseUrl: string): Promise<TestService> {
  running = await startTestService({
    DATABASE_URL: databaseUrl,
    DATABASE_CONNECTIONS: 3,
    SECRET_KEY_BASE: 'for-tests-only-'.repeat(3),
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  });
  return running;
}

const seenAt = async (name: string): Promise<number | null> => {
  const { rows } = await other.query('select seen_at from replicas where name = $1', [name]);
  return rows[0] ? Number(rows[0].seen_at) : null;
};

test('a replica gives signs of life while its pools and its taking over wait for the rows of others', async () => {
  const { service } = await start(url);
  const { store, replica } = service.ctx;
  const api = await openApi(running?.url ?? '');
  expect((await api.call('POST', '/api/requests', { body: makePost('held') })).status).toBe(202);
  const lease = `lease_owner = 'dead', lease_token = 'of the dead', lease_until = 9e15`;
  await other.query(`update batches set ${lease}`);
  await holder.query('begin; select * from batches for update; lock table api_keys in access exclusive mode');
  const [{ id }] = (await other.query('select id from batches')).rows as [{ id: string }];
  const waiting = Promise.all([
    store.recordFacts({ batchId: Number(id), facts: { last_error: 'waited' } }),
    store.listApiKeys(),
  ]);
  await other.query(`insert into replicas values ('dead', 'worker', '1', 1, 1)`);
  const before = (await seenAt(replica)) ?? 0;
  // Sooner than those that wait for a lock give it up, and let others pass for a moment.
  await until(async () => ((await seenAt(replica)) ?? 0) > before + 2_500, 8_000);
  expect(await seenAt('dead')).toBe(1);
  await holder.query('rollback');
  await waiting;
  await until(async () => (await seenAt('dead')) === null);
  const { rows } = await other.query('select lease_owner from batches');
  expect(rows).toEqual([{ lease_owner: null }]);
});

test('a replica that nobody hears is not ready in time, and is back when it is heard over new connections', async () => {
  const network = await startFaultyNetwork(url);
  const { service } = await start(network.url);
  const api = await openApi(running?.url ?? '');
  const { replica } = service.ctx;
  expect((await api.call('POST', '/api/requests', { body: makePost('before') })).status).toBe(202);
  network.silence();
  network.silenceNew();
  const ready = await api.call('GET', '/ready');
  expect([ready.status, ready.json.checks.store]).toEqual([503, 'does not answer']);
  await until(() => service.membership?.present === false);
  network.heal();
  await until(() => service.membership?.present === true);
  const back = (await seenAt(replica)) ?? 0;
  await until(async () => ((await seenAt(replica)) ?? 0) > back);
  expect((await api.call('GET', '/ready')).status).toBe(200);
  expect((await api.call('POST', '/api/requests', { body: makePost('after') })).status).toBe(202);
});
