import { pino } from 'pino';
import { expect, test } from 'vitest';
import { until } from '../../test/until.ts';
import type { Context } from '../context.ts';
import { SharedClock, steadyTime } from '../engine/shared-clock.ts';
import { WakeUps } from '../engine/wake-ups.ts';
import { withConnection } from '../store/postgres/migrate.ts';
import { openPostgresStore } from '../store/postgres/open-postgres-store.ts';
import { makeTempDatabase } from '../store/postgres/temp-database.for-test.ts';
import { makeMembership } from './replica.ts';

test('back from an absence a replica works on nothing before it has looked whether the database is another one', async () => {
  const url = await makeTempDatabase();
  const store = await openPostgresStore({ url, connections: 3 });
  const looks: PromiseWithResolvers<null>[] = [];
  const startAfterRestore = () => {
    const look = Promise.withResolvers<null>();
    looks.push(look);
    return look.promise;
  };
  const ctx = {
    store: { ...store, startAfterRestore },
    clock: new SharedClock(() => store.readTime(), steadyTime(0)),
    settings: { ROLE: 'all' },
    wakeUps: new WakeUps(),
    log: pino({ level: 'silent' }),
    replica: 'a replica',
  } as unknown as Context;
  const done: string[] = [];
  const worker = { drop: async () => void done.push('drop'), resume: () => void done.push('resume') };
  const membership = makeMembership(ctx, [worker], () => false);
  await membership?.start();
  looks[0]?.resolve(null);
  await until(() => done.length === 1);
  // As another replica does that takes this one for dead.
  await withConnection(url, (client) => client.query('delete from replicas'));
  await until(() => looks.length === 2);
  expect(done).toEqual(['resume', 'drop']);
  looks[1]?.reject(new Error('the database is away again'));
  await until(() => looks.length === 3);
  expect(done).toEqual(['resume', 'drop']);
  looks[2]?.resolve(null);
  await until(() => done.length === 3);
  expect(done).toEqual(['resume', 'drop', 'resume']);
  await membership?.stop();
  await store.close();
});
