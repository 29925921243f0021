/** Pages hear of every move, whichever replica made it and in whatever order they come to light. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withConnection } from '../../server/store/postgres/migrate.ts';
import { call, makeOutcomes } from '../delivery/make-outcomes.ts';
import { until } from '../until.ts';
import { type Hearing, hearEvents } from './hear-events.ts';
import { type Pair, startPair } from './pair.ts';

let pair: Pair;
let hearing: Hearing;
beforeEach(async () => {
  pair = await startPair({ ROLE: 'api' });
  hearing = await hearEvents(pair.other.url);
});
afterEach(async () => {
  hearing.close();
  await pair.close();
});

test('a page that listens to one replica hears of what was ordered at the other', async () => {
  await makeOutcomes(pair.one.url, 2, () => 'http://127.0.0.1:9/take');
  await until(() => hearing.countOf(1) > 0);
  const batch = await call(pair.other.url, 'GET', '/api/batches/1');
  expect(batch).toMatchObject({ state: 'cancelled' });
});

test('a move that comes to light after a later one is told as well, and each is told once', async () => {
  const move = (batch: number) =>
    `insert into transitions (batch_id, move, from_state, to_state, actor, at)
     values (${batch}, 'open', null, 'building', 'test', ${Date.now()})`;
  await withConnection(pair.databaseUrl, async (slow) => {
    await slow.query('begin');
    await slow.query(move(71));
    await withConnection(pair.databaseUrl, (quick) => quick.query(move(72)));
    await until(() => hearing.countOf(72) === 1);
    await slow.query('commit');
  });
  await until(() => hearing.countOf(71) === 1);
  await withConnection(pair.databaseUrl, (client) => client.query(move(73)));
  await until(() => hearing.countOf(73) === 1);
  expect([71, 72, 73].map((batch) => hearing.countOf(batch))).toEqual([1, 1, 1]);
});

test('a page that comes back hears of a move that came to light meanwhile, though its id is older', async () => {
  const order = (sql: string) => withConnection(pair.databaseUrl, (client) => client.query(sql));
  const insert = (id: number, batch: number, at: number) =>
    order(`insert into transitions (id, batch_id, move, to_state, actor, at)
           values (${id}, ${batch}, 'open', 'building', 'test', ${at})`);
  await insert(500, 81, Date.now() - 3_600_000);
  await insert(900, 82, Date.now());
  await insert(800, 83, Date.now());
  const response = await fetch(`${pair.one.url}/api/console/events`, { headers: { 'last-event-id': '900' } });
  const reader = response.body?.getReader();
  let text = '';
  while (!text.includes('data: ')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
  await reader?.cancel();
  const [, data = '{}'] = /^data: (.*)$/m.exec(text) ?? [];
  expect((JSON.parse(data) as { batches: number[] }).batches.sort()).toEqual([82, 83]);
});
