/** Redelivery by order, through the real doors: since a time, ended half-way, and one that cannot go on. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

let running: TestService;
let sink: OutcomeSink;
beforeEach(async () => {
  sink = await new OutcomeSink({ keeps: true }).listen();
  running = await startTestService();
});
afterEach(async () => {
  await running.stop();
  await sink.close();
});

interface Shown {
  readonly id: number;
  readonly state: string;
  readonly redelivered: number;
  readonly matching: number | null;
  readonly last_error: string | null;
}
const order = (body: object) => call(running.url, 'POST', '/api/redeliveries', { body });
const look = async (id: number) => (await call(running.url, 'GET', `/api/redeliveries/${id}`)) as Shown;
const stateOf = async (name: string) =>
  ((await call(running.url, 'GET', `/api/requests/${name}`)) as { state: string }).state;
const abort = (id: number) => call(running.url, 'POST', `/api/redeliveries/${id}/abort`);
const failedOf = async () =>
  ((await call(running.url, 'GET', '/api/destinations/1')) as { delivery_failed: { count: number } })
    .delivery_failed.count;

/** Outcomes that their receiver refuses for good. */
async function failAll(count: number, prefix: string): Promise<void> {
  const before = await failedOf().catch(() => 0);
  sink.answer = 410;
  await makeOutcomes(running.url, count, () => sink.url, prefix);
  await until(async () => (await failedOf()) === before + count);
}

test('since a time: what failed before it stays, and the count says so first', async () => {
  await failAll(3, 'old');
  const since = new Date(Date.now() + 1).toISOString();
  await until(() => Date.now() > Date.parse(since));
  await failAll(2, 'new');
  sink.answer = 'take';
  expect(await order({ since, dry_run: true })).toEqual({ count: 2, more: false });
  const { id } = (await order({ since })) as Shown;
  await until(() => sink.taken.size === 2);
  await until(async () => (await look(id)).state === 'done');
  expect(await look(id)).toMatchObject({ redelivered: 2, matching: 2, last_error: null });
  expect(sink.kept.map(({ customId }) => customId).sort()).toEqual(['new0', 'new1']);
  expect([await stateOf('old0'), await failedOf()]).toEqual(['delivery_failed', 3]);
});

test('ended half-way: what is on its way goes on, the rest stays where it is', async () => {
  await failAll(1_200, 'r');
  const { store } = running.service.ctx;
  const real = store.redeliverNext;
  let slices = 0;
  Object.assign(store, {
    redeliverNext: async (input: Parameters<typeof real>[0]) => {
      const some = await real(input);
      slices += 1;
      if (slices === 1) await abort(1);
      return some;
    },
  });
  sink.answer = 'take';
  expect(await order({ destination: 1 })).toMatchObject({ id: 1, matching: 1_200 });
  await until(() => sink.taken.size === 500);
  const ended = await look(1);
  expect(ended).toMatchObject({ state: 'aborted', redelivered: 500 });
  await until(async () => (await failedOf()) === 700);
  await until(() => running.service.dispatchers.every(({ isQuiet }) => isQuiet));
  expect(sink.taken.size).toBe(500);
  await expect(abort(1)).rejects.toThrow(/409/);
});

test('one that cannot go on says why, and holds up neither the next one nor the other duties', async () => {
  await failAll(2, 'r');
  const { store } = running.service.ctx;
  const real = store.redeliverNext;
  // Nothing is begun before the order is broken.
  const broken = Promise.withResolvers<void>();
  Object.assign(store, {
    redeliverNext: async (input: Parameters<typeof real>[0]) => {
      await broken.promise;
      return real(input);
    },
  });
  const { id } = (await order({ tag: 'red' })) as Shown;
  const db = new DatabaseSync(join(running.folder, 'service.db'), { timeout: 5_000 });
  db.prepare('update redeliveries set filter = ? where id = ?').run(
    '{"which":"failed","destinationId":1,"model":{}}',
    id,
  );
  db.close();
  sink.answer = 'take';
  const next = (await order({ destination: 1 })) as Shown;
  broken.resolve();
  await until(() => sink.taken.size === 2);
  await until(async () => (await look(next.id)).state === 'done');
  expect(await look(id)).toMatchObject({ state: 'running', redelivered: 0 });
  expect((await look(id)).last_error).toMatch(/\w/);
});
