/** Failures that come over a connection, or of it: which are tried again, and over which connection. */
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limitsWith, makeArrivals, webhook } from '../conformance/make-arrivals.ts';
import type { Tx } from '../tx.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { type Operation, Runner } from './runner.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';
import { Shared } from './transaction.ts';

let url: string;
let shared: Shared;
let writer: Runner;
let reader: Runner;
let other: pg.Client;

beforeEach(async () => {
  url = await makeTempDatabase();
  shared = new Shared();
  const limits = { lockMs: 50, statementMs: 1_000, repeatMs: 5_000 };
  writer = new Runner(url, { name: 'write', connections: 1, limits }, shared);
  reader = new Runner(url, { name: 'read', connections: 1, limits }, shared);
  other = new pg.Client({ connectionString: url });
  await other.connect();
});
afterEach(() => Promise.all([writer.close(), reader.close(), other.end()]));

const write = <T>(operation: (tx: Tx) => Promise<T>) =>
  writer.run('test', operation, undefined) as Promise<T>;
const read = <T>(operation: (tx: Tx) => Promise<T>) => reader.run('test', operation, undefined) as Promise<T>;

const put = (tx: Tx, name: string) =>
  tx.run(`insert into settings (name, value, updated_at, updated_by) values (?, '1', 1, 'x')`, name);
const namesPut = () =>
  read((tx) => tx.all<{ name: string }>('select name from settings order by name')).then((rows) =>
    rows.map(({ name }) => name),
  );
const backend = (tx: Tx) => tx.get<{ pid: number }>('select pg_backend_pid() as pid');

/** From now on this connection is as one to a server that has become a standby. */
const becomeStandby = (tx: Tx) => tx.run('set session characteristics as transaction read only');

it('leaves a connection whose server takes no writes any more, and those made before it', async () => {
  const reading = await read(backend);
  await write(becomeStandby);
  await write((tx) => put(tx, 'a'));
  expect(await namesPut()).toEqual(['a']);
  expect(await read(backend)).not.toEqual(reading);
});

it('leaves it in the one round trip as well', async () => {
  await write(becomeStandby);
  await writer.runAtOnce('test', ((tx: Tx) => put(tx, 'b')) as Operation, undefined);
  expect(await namesPut()).toEqual(['b']);
});

it('makes no connection to a server that takes no writes, to read as little as to write', async () => {
  const database = new URL(url).pathname.slice(1);
  await other.query(`alter database ${database} set default_transaction_read_only = on`);
  const limits = { repeatMs: 100 };
  const hasty = new Runner(url, { name: 'read', connections: 1, limits }, shared);
  const refused = { code: 'store_unavailable', cause: { message: /takes no writes/ } };
  await expect(hasty.run('test', backend as Operation, undefined)).rejects.toMatchObject({
    code: refused.code,
    cause: { message: expect.stringMatching(refused.cause.message) },
  });
  await hasty.close();
  const putting = write((tx) => put(tx, 'c'));
  await other.query(`alter database ${database} set default_transaction_read_only = off`);
  await putting;
  expect(await namesPut()).toEqual(['c']);
});

const fail = (tx: Tx, code: string) =>
  tx.run(`do $$ begin raise exception 'told to' using errcode = '${code}'; end $$`);

it.each([
  '40001',
  '40P01',
  '55P03',
  '25006',
  '26000',
  '57P01',
])('tries again after %s, also where a statement beside it says only that all is aborted', async (code) => {
  const heard: string[] = [];
  await write(async (tx) => {
    if (heard.length === 0) {
      // As where two chains of statements go side by side: the word of the later one is heard first.
      fail(tx, code).catch(() => {});
      await tx.get('select 1').catch((error: { code: string }) => {
        heard.push(error.code);
        throw error;
      });
    }
    await put(tx, code);
  });
  expect(heard).toEqual(['25P02']);
  expect(await namesPut()).toEqual([code]);
});

it('tries again where a row stayed locked for too long', async () => {
  await write((tx) => put(tx, 'held'));
  await other.query('begin; select * from settings for update');
  let tries = 0;
  await write(async (tx) => {
    tries += 1;
    if (tries === 2) await other.query('rollback');
    await tx.run('update settings set updated_at = 2');
  });
  expect(tries).toBe(2);
});

it('does not take for done what failed unheard, nor lets it reach the next transaction', async () => {
  const unheard = write(async (tx) => {
    await put(tx, 'lost');
    tx.run('select 1 / 0').catch(() => {});
  });
  await expect(unheard).rejects.toThrow('test: division by zero');
  const gate = Promise.withResolvers<void>();
  let stray: Promise<unknown> | undefined;
  const failing = write(async (tx) => {
    stray = gate.promise.then(() => put(tx, 'stray'));
    throw new Error('told to');
  });
  await expect(failing).rejects.toThrow('told to');
  gate.resolve();
  await expect(stray).rejects.toThrow('the transaction has ended');
  expect(await namesPut()).toEqual([]);
});

it('gives up after its time, and says 503 of what the next second does not mend', async () => {
  const limits = { repeatMs: 200 };
  const hasty = new Runner(url, { name: 'write', connections: 1, limits }, shared);
  let tries = 0;
  const begunAt = performance.now();
  const away = hasty.run(
    'test',
    ((tx: Tx) => {
      tries += 1;
      return fail(tx, '57P03');
    }) as Operation,
    undefined,
  );
  await expect(away).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(performance.now() - begunAt).toBeLessThan(2_000);
  expect(tries).toBeGreaterThan(1);
  for (const [code, told] of [
    ['57014', 'The database took too long.'],
    ['53100', "The database's disk is full."],
  ] as const) {
    tries = 0;
    const lasting = hasty.run(
      'test',
      ((tx: Tx) => {
        tries += 1;
        return fail(tx, code);
      }) as Operation,
      undefined,
    );
    await expect(lasting).rejects.toMatchObject({ code: 'store_unavailable', message: told });
    expect(tries).toBe(1);
  }
  await hasty.close();
});

it('goes on when a newer program has changed a table under its statements', async () => {
  const store = await openPostgresStore({ url, connections: 5 });
  const intake = { now: 1_000, limits: limitsWith({}), maxAgeMs: 60_000 };
  let now = 9e12;
  const use = async (name: string) => {
    now += 10;
    const claim = { states: ['building'], now, limit: 1, leaseMs: 1, owner: 'y' } as const;
    const [, batch, claimed] = await Promise.all([
      store.acceptRequests({ ...intake, arrivals: makeArrivals(name, 1) }),
      store.getBatch({ id: 1 }),
      store.claimBatches({ ...claim, leaseToken: name }),
    ]);
    return [batch?.id, claimed.batches.length];
  };
  await store.acceptRequests({ ...intake, arrivals: makeArrivals('first', 1) });
  for (let round = 0; round < 3; round++) await use(`before-${round}-`);
  await other.query(
    'alter table batches add column newer bigint; alter table requests add column newer bigint',
  );
  expect(await use('after-')).toEqual([1, 1]);
  await store.close();
});

it('looks rows up again that a server which took over may have lost, before it takes ids for theirs', async () => {
  const store = await openPostgresStore({ url, connections: 5 });
  const intake = { now: 1_000, limits: limitsWith({}), maxAgeMs: 60_000 };
  const accept = (name: string) => store.acceptRequests({ ...intake, arrivals: makeArrivals(name, 1) });
  await accept('first');
  await accept('second');
  // There the destination's id is another's, and every connection is new.
  await other.query(`update destinations set type = 'queue', address = 'of another'`);
  await other.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await accept('third');
  const { rows } = await other.query(
    `select d.address from requests r join destinations d on d.id = r.destination_id where r.custom_id = 'third1'`,
  );
  expect(rows).toEqual([{ address: webhook.address }]);
  await store.close();
});
