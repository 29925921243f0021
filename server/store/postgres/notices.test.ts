/** Words between the processes of one database; a listener that is cut off comes back, and says that it may have missed some. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { withConnection } from './migrate.ts';
import { PostgresNotices } from './notices.ts';
import { Runner } from './runner.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';
import { Shared } from './transaction.ts';

let url: string;
let ends: (() => Promise<void>)[];
beforeEach(async () => {
  url = await makeTempDatabase();
  ends = [];
});
afterEach(async () => {
  for (const end of ends) await end();
});

/** One process. */
function join() {
  const runner = new Runner(url, { name: 'write', connections: 1 }, new Shared());
  const notices = new PostgresNotices(url, runner);
  const heard: (string | null)[] = [];
  notices.listen((word) => heard.push(word));
  ends.push(async () => {
    await notices.close();
    await runner.close();
  });
  return { notices, heard };
}

it('brings words to the others, each once for a moment, and none to who said it', async () => {
  const [one, other] = [join(), join()];
  await until(() => one.heard.length === 1 && other.heard.length === 1);
  for (const word of ['upload', 'deliveries', 'upload']) one.notices.send(word);
  await until(() => other.heard.length === 3);
  expect(other.heard).toEqual([null, 'upload', 'deliveries']);
  other.notices.send('poll');
  await until(() => one.heard.length === 2);
  expect(one.heard).toEqual([null, 'poll']);
});

it('listens again after its connection was cut, and says that words may have been missed', async () => {
  const [one, other] = [join(), join()];
  await until(() => one.heard.length === 1 && other.heard.length === 1);
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and query like 'listen %'`;
  await withConnection(url, (client) => client.query(cut));
  await until(() => other.heard.length === 2);
  expect(other.heard).toEqual([null, null]);
  one.notices.send('upload');
  await until(() => other.heard.includes('upload'));
  expect(other.heard).toEqual([null, null, 'upload']);
});

it('says nothing more once it is closed', async () => {
  const { notices, heard } = join();
  await until(() => heard.length === 1);
  await notices.close();
  notices.send('upload');
  const listening = `select 1 from pg_stat_activity where datname = current_database() and query like 'listen %'`;
  await withConnection(url, (client) => until(async () => (await client.query(listening)).rows.length === 0));
  expect(heard).toEqual([null]);
});
