/** A stop while a receiver says nothing: it ends in time, and what was under way is sent again. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { startChildService } from '../start-child-service.ts';
import { makeFolder } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

/** What the stopped service has left in its database. */
function leftIn(folder: string) {
  const db = new DatabaseSync(join(folder, 'service.db'), { readOnly: true });
  const count = (sql: string) => (db.prepare(sql).get() as { n: number }).n;
  const left = {
    delivering: count(`select count(*) as n from requests where state = 'delivering'`),
    delivered: count(`select count(*) as n from requests where state = 'delivered'`),
    leased: count('select count(*) as n from requests where lease_token is not null'),
    tried: count(`select count(*) as n from requests where state = 'delivering' and delivery_tries > 0`),
  };
  db.close();
  return left;
}

test('a receiver that never answers holds up no stop; /ready says so to whoever asks anew', async () => {
  const folder = makeFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [hung, well] = await Promise.all([new OutcomeSink().listen(), new OutcomeSink().listen()]);
  onTestFinished(async () => {
    await Promise.all([hung.close(), well.close()]);
  });
  hung.answer = 'hang';
  const service = await startChildService(folder, { DRAIN_MS: 2_000 });
  const api = await openApi(service.url);
  await makeOutcomes(service.url, 20, (n) => (n % 2 === 0 ? hung : well).url);
  // An eighth of 50 places is all that goes to one that has never answered.
  await until(() => hung.hanging === 7 && well.taken.size === 10);

  const stopping = service.stop();
  await until(async () => (await api.call('GET', '/ready')).status === 503);
  // Each of these is a connection of its own.
  expect((await api.call('GET', '/ready')).json).toMatchObject({ ready: false, checks: { stopping: true } });
  const refused = await api.call('POST', '/api/requests', { body: makePost('late') });
  expect([refused.status, refused.json.errors[0].code]).toEqual([503, 'stopping']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  const bulk = { body: JSON.stringify(makePost('late')), type: 'application/jsonl' };
  expect((await api.call('POST', '/api/requests/bulk', bulk)).status).toBe(503);
  expect((await call(service.url, 'GET', '/api/requests/r0')) as object).toMatchObject({
    state: 'delivering',
  });
  const { code, ms } = await stopping;
  expect([code, ms < 4_000]).toEqual([0, true]);
  // Given back, and no attempt is used up: nobody knows how they would have ended.
  expect(leftIn(folder)).toEqual({ delivering: 10, delivered: 10, leased: 0, tried: 0 });

  hung.answer = 'take';
  const again = await startChildService(folder);
  await until(() => hung.taken.size === 10);
  await again.stop();
  expect([...well.taken.values()].every((times) => times === 1)).toBe(true);
});

test('what is answered within the drain time is recorded', async () => {
  const folder = makeFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const sink = await new OutcomeSink().listen();
  onTestFinished(() => sink.close());
  sink.answer = 'hang';
  const service = await startChildService(folder, { DRAIN_MS: 8_000 });
  await makeOutcomes(service.url, 5, () => sink.url);
  await until(() => sink.hanging === 5);
  const stopping = service.stop();
  await until(() =>
    fetch(`${service.url}/ready`).then(
      ({ status }) => status === 503,
      () => false,
    ),
  );
  sink.release();
  const { code, ms } = await stopping;
  expect([code, ms < 7_000]).toEqual([0, true]);
  expect(leftIn(folder)).toMatchObject({ delivering: 0, delivered: 5, leased: 0 });
});
