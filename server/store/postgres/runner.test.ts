import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Tx } from '../tx.ts';
import { Runner } from './runner.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';
import { Shared } from './transaction.ts';

let runner: Runner;
beforeEach(async () => {
  runner = new Runner(await makeTempDatabase(), { name: 'write', connections: 4 }, new Shared());
});
afterEach(() => runner.close());

const run = <T>(operation: (tx: Tx) => Promise<T>) => runner.run('test', operation, undefined) as Promise<T>;

const write = (tx: Tx, name: string) =>
  tx.run(
    `insert into settings (name, value, updated_at, updated_by) values (?, '1', 1, 'is ? this') on conflict (name)
     do update set updated_at = settings.updated_at + 1`,
    name,
  );

it('runs the loser of a deadlock again', async () => {
  let tries = 0;
  const meet = Promise.withResolvers<void>();
  let met = 0;
  const both = () => {
    met += 1;
    if (met === 2) meet.resolve();
    return meet.promise;
  };
  const crosswise = (first: string, second: string) =>
    run(async (tx) => {
      tries += 1;
      await write(tx, first);
      await both();
      await write(tx, second);
    });
  await run((tx) => write(tx, 'a'));
  await run((tx) => write(tx, 'b'));
  await Promise.all([crosswise('a', 'b'), crosswise('b', 'a')]);
  expect(tries).toBe(3);
  const rows = await run((tx) => tx.all<{ updated_at: number }>('select updated_at from settings'));
  expect(rows).toEqual([{ updated_at: 3 }, { updated_at: 3 }]);
});

it('undoes an operation that throws, does not repeat it, and says which it was', async () => {
  let tries = 0;
  const failing = run(async (tx) => {
    tries += 1;
    await write(tx, 'gone');
    await tx.run('insert into settings (name) values (?)', 'incomplete');
  });
  await expect(failing).rejects.toThrow(/^test: null value in column/);
  expect(tries).toBe(1);
  expect(await run((tx) => tx.all('select * from settings'))).toEqual([]);
});

it('gives up when the database stays away, and says so', async () => {
  const failing = run(async () => {
    throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
  });
  await expect(failing).rejects.toMatchObject({ code: 'store_unavailable' });
});

it('changes many rows in one statement and tells which changed', async () => {
  const insert = `insert into settings (name, value, updated_at, updated_by) values (?, ?, ?, 'x')
    on conflict (name) do nothing`;
  const text = 'quote " comma , brace } backslash \\ and ünï\u{1f600}';
  expect(
    await run((tx) =>
      tx.each(insert, [
        ['a', text, 1],
        ['b', '', 2],
        ['c', 'NULL', 3],
      ]),
    ),
  ).toEqual([1, 1, 1]);
  expect(
    await run((tx) =>
      tx.each(insert, [
        ['b', 'z', 9],
        ['d', '1', 4],
        ['a', 'z', 9],
      ]),
    ),
  ).toEqual([0, 1, 0]);
  const update = 'update settings set updated_at = updated_at + ? where name = ? and updated_at < ?';
  expect(
    await run((tx) =>
      tx.each(update, [
        [10, 'a', 5],
        [10, 'd', 4],
        [10, 'c', 5],
      ]),
    ),
  ).toEqual([1, 0, 1]);
  const rows = await run((tx) => tx.all('select name, value, updated_at from settings order by name'));
  expect(rows).toEqual([
    { name: 'a', value: text, updated_at: 11 },
    { name: 'b', value: '', updated_at: 2 },
    { name: 'c', value: 'NULL', updated_at: 13 },
    { name: 'd', value: '1', updated_at: 4 },
  ]);
  expect(await run((tx) => tx.each('delete from settings where name = ?', [['a'], ['q'], ['d']]))).toEqual([
    1, 0, 1,
  ]);
});

it('carries bytes, nulls and large numbers as they are', async () => {
  const insert =
    'insert into results (request_id, line, custom_id_start, custom_id_end, list_nano_usd) values (?, ?, ?, ?, ?)';
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  await run((tx) =>
    tx.each(insert, [
      [Number.MAX_SAFE_INTEGER, bytes.subarray(3, 200), 0, 1, null],
      [2, new Uint8Array(), 0, 1, -5],
    ]),
  );
  const rows = await run((tx) =>
    tx.all<{ request_id: number; line: Uint8Array; list_nano_usd: number | null }>(
      `select request_id, line, list_nano_usd from results where request_id in ${tx.list} order by request_id`,
      tx.listOf([2, Number.MAX_SAFE_INTEGER, 77]),
    ),
  );
  expect(rows.map((row) => [row.request_id, [...row.line], row.list_nano_usd])).toEqual([
    [2, [], -5],
    [Number.MAX_SAFE_INTEGER, [...bytes.subarray(3, 200)], null],
  ]);
  const none = await run((tx) =>
    tx.all(`select 1 from results where request_id in ${tx.list}`, tx.listOf([])),
  );
  expect(none).toEqual([]);
});

it('stores a text with a NUL, which PostgreSQL has no place for, with a mark in its stead', async () => {
  const insert = `insert into settings (name, value, updated_at, updated_by) values (?, ?, 1, 'x')`;
  await run((tx) => tx.run(insert, 'a', 'one\0two'));
  await run((tx) =>
    tx.each(insert, [
      ['b', '\0'],
      ['c', 'three'],
    ]),
  );
  const rows = await run((tx) => tx.all('select name, value from settings order by name'));
  expect(rows).toEqual([
    { name: 'a', value: 'one\u{fffd}two' },
    { name: 'b', value: '\u{fffd}' },
    { name: 'c', value: 'three' },
  ]);
});

it('hands out consecutive ids to each, and none twice', async () => {
  const firsts = await Promise.all(
    Array.from({ length: 40 }, () => run((tx) => tx.reserveIds('requests', 50))),
  );
  firsts.sort((a, b) => a - b);
  for (const [index, first] of firsts.entries()) {
    if (index > 0) expect(first - (firsts[index - 1] as number)).toBeGreaterThanOrEqual(50);
  }
});
