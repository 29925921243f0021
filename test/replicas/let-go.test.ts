/** A replica that lets go acts on nothing whose lease may be somebody else's, also on what it was about to be given. */
import { rmSync } from 'node:fs';
import { scheduler } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { composeService, type Service } from '../../server/compose/service.ts';
import { readSettings } from '../../server/config/read-settings.ts';
import { Driver, type Held } from '../../server/engine/driver.ts';
import type { Dispatcher } from '../../server/pipeline/7-deliver/dispatcher.ts';
import { Line } from '../../server/store/conformance/line.ts';
import { limitsWith, makeArrivals } from '../../server/store/conformance/make-arrivals.ts';
import type { Store } from '../../server/store/store.ts';
import { MovedClock } from '../moved-clock.ts';
import { makeFolder, testEnvironment } from '../start-test-service.ts';
import { until } from '../until.ts';

let folder: string;
let service: Service;
let clock: MovedClock;
let store: Store;
let line: Line;

beforeEach(async () => {
  folder = makeFolder();
  clock = new MovedClock();
  service = await composeService(readSettings(testEnvironment(folder)).settings, { clock });
  store = service.ctx.store;
  line = new Line(store);
  line.now = clock.now();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer to the first call of an operation stays away, though it was carried out, until it is let through. */
function holdFirstAnswer<Name extends 'claimBatches' | 'claimDeliveries'>(name: Name) {
  const committed = Promise.withResolvers<void>();
  const letThrough = Promise.withResolvers<void>();
  const real = store[name] as (input: object) => Promise<unknown>;
  let calls = 0;
  const held = async (input: object) => {
    calls += 1;
    const isFirst = calls === 1;
    const answer = await real(input);
    if (isFirst) {
      committed.resolve();
      await letThrough.promise;
    }
    return answer;
  };
  return { store: Object.assign(Object.create(store) as Store, { [name]: held }), committed, letThrough };
}

/** What came first: the answer to the claim on its way, or the end of the letting go. */
async function dropBeside(worker: { drop(): Promise<void> }, answer: () => void): Promise<string[]> {
  const events: string[] = [];
  const dropping = worker.drop().then(() => events.push('dropped'));
  // Time enough to be done, if nothing were waited for.
  for (let turn = 0; turn < 3; turn++) await store.countRequests().then(() => scheduler.yield());
  events.push('answered');
  answer();
  await dropping;
  return events;
}

/** As a replica does that was absent. */
const leave = () => store.leaveReplica({ name: service.ctx.replica, now: clock.now() });

async function fillBatch(): Promise<void> {
  await store.acceptRequests({
    now: clock.now(),
    limits: limitsWith({}),
    maxAgeMs: 0,
    arrivals: makeArrivals('a', 1),
  });
}

async function makeDeliveriesDue(): Promise<void> {
  await line.accept(makeArrivals('a', 3));
  await line.sendOpen();
  await line.finish();
  clock.move(line.now - clock.now());
}

function startDispatcher(): Dispatcher {
  const [dispatcher] = service.dispatchers;
  if (!dispatcher) throw new Error('there is no dispatcher');
  dispatcher.start();
  return dispatcher;
}

function makeDriver(by: Store, work: (held: Held) => Promise<void>): Driver {
  const ctx = { ...service.ctx, store: by };
  return new Driver({ name: 'build', concurrency: 1, ctx, work: (_, held) => work(held) });
}

test('a driver waits for the claim that is on its way, and works on what it claims after it is back', async () => {
  await fillBatch();
  const first = holdFirstAnswer('claimBatches');
  const worked: (string | null)[] = [];
  const driver = makeDriver(first.store, async ({ batch, leaseToken }) => {
    worked.push((await store.getBatch({ id: batch.id }))?.lease_token === leaseToken ? 'its own' : 'lost');
    await store.closeBatch({
      batchId: batch.id,
      reason: 'age',
      actor: 'build',
      now: clock.now(),
      removeEmpty: false,
    });
  });
  driver.start();
  await first.committed.promise;
  expect(await dropBeside(driver, first.letThrough.resolve)).toEqual(['answered', 'dropped']);
  await leave();
  driver.resume();
  await until(() => worked.length > 0);
  expect(worked).toEqual(['its own']);
  await driver.stop(0);
});

test('a driver lets go though its work hangs, and gives back what a claim brings too late', async () => {
  await fillBatch();
  const late = holdFirstAnswer('claimBatches');
  const hanging = Promise.withResolvers<void>();
  const worked: string[] = [];
  const driver = makeDriver(late.store, async ({ leaseToken }) => {
    worked.push(leaseToken);
    await hanging.promise;
  });
  driver.start();
  await late.committed.promise;
  await clock.moveUntil(driver.drop(), 1_000);
  driver.resume();
  const [lost] = await store.listBatches({ cursor: null, limit: 1 });
  late.letThrough.resolve();
  await until(() => worked.length > 0);
  expect(worked[0]).not.toBe(lost?.lease_token);
  await clock.moveUntil(driver.drop(), 1_000);
  hanging.resolve();
  await driver.stop(0);
});

test('a dispatcher waits for the claim that is on its way, and puts back what it brings', async () => {
  await makeDeliveriesDue();
  const first = holdFirstAnswer('claimDeliveries');
  Object.assign(service.ctx, { store: first.store });
  const dispatcher = startDispatcher();
  await first.committed.promise;
  expect(await dropBeside(dispatcher, first.letThrough.resolve)).toEqual(['answered', 'dropped']);
  const taken = await line.claimDeliveries(9, 'another');
  expect(taken).toHaveLength(3);
  dispatcher.resume();
  await until(() => dispatcher.isQuiet);
  for (const { id } of taken) expect(await store.listAttempts({ requestId: id, limit: 9 })).toEqual([]);
  await dispatcher.stop(0);
});

test('what it could not put back it puts back before it claims again', async () => {
  await makeDeliveriesDue();
  const first = holdFirstAnswer('claimDeliveries');
  const tries: number[][] = [];
  let isAway = true;
  const putBackDeliveries: Store['putBackDeliveries'] = async (input) => {
    tries.push(input.deliveries.map(({ id }) => id));
    if (isAway) throw new Error('the database is away');
    await store.putBackDeliveries(input);
  };
  Object.assign(service.ctx, { store: Object.assign(first.store, { putBackDeliveries }) });
  const dispatcher = startDispatcher();
  await first.committed.promise;
  await dropBeside(dispatcher, first.letThrough.resolve);
  isAway = false;
  dispatcher.resume();
  await until(() => tries.length === 2);
  expect(tries[0]).toHaveLength(3);
  expect(tries[1]).toEqual(tries[0]);
  await dispatcher.stop(0);
});
