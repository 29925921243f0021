/** The same on PostgreSQL, by every way in which a database comes back there. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSecret } from '../../demo/start-service.ts';
import { type Dump, dumpDatabase } from '../../server/store/postgres/dump.for-test.ts';
import { withConnection } from '../../server/store/postgres/migrate.ts';
import { OwnCluster } from '../../server/store/postgres/own-cluster.for-test.ts';
import { makeEmptyDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { openApi } from '../call-api.ts';
import { runCommand } from '../cli/run-command.for-test.ts';
import { batchLine, type Running, startRunning } from '../cli/running-service.for-test.ts';
import { until } from '../until.ts';
import { type Disaster, playDisaster } from './play-disaster.ts';

const secrets = { SECRET_KEY_BASE: 'for-tests-only-'.repeat(3), WEBHOOK_SECRET: createSecret() };
const at = (url: string) => ({ ...secrets, DATABASE_URL: url });

async function playDump(restore: (dump: Dump, url: string) => Promise<string>): Promise<void> {
  const url = await makeEmptyDatabase();
  let dump: Dump | undefined;
  await playDisaster({
    settings: at(url),
    copy: async () => {
      dump = await dumpDatabase(url);
    },
    restore: async () => at(await restore(dump as Dump, url)),
  });
}

test('a dump that is restored into a new database finds again what was bought after it, and goes on', () =>
  playDump(async (dump) => {
    const url = await makeEmptyDatabase();
    await dump.restoreInto(url);
    return url;
  }));

test('so does one that is restored over the database it came from', () =>
  playDump(async (dump, url) => {
    await dump.restoreOver(url);
    return url;
  }));

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await OwnCluster.start();
});
afterAll(() => cluster.stop());

/** The cluster's own first database, emptied. */
async function onCluster(): Promise<Record<string, string>> {
  await withConnection(cluster.url, (client) =>
    client.query('drop schema public cascade; create schema public'),
  );
  return at(cluster.url);
}

async function playCluster(how: Pick<Disaster, 'restore' | 'serviceLives'>): Promise<void> {
  await playDisaster({ settings: await onCluster(), copy: () => cluster.copy(), ...how });
}

test('so does a recovery to a point in time', () =>
  playCluster({
    restore: async () => {
      await cluster.recover();
      return {};
    },
  }));

test('so does a volume that is put back from a snapshot, once it is told', () =>
  playCluster({
    restore: async ({ folder }: Running) => {
      await cluster.putBackSnapshot();
      const told = await runCommand(['restored', '--at', '1h'], { folder, env: at(cluster.url) });
      expect([told.code, told.out]).toEqual([0, expect.stringMatching(/^The next start looks for /)]);
      return {};
    },
  }));

test('a service goes on by itself on a standby that had not heard the last of it', () =>
  playCluster({
    serviceLives: true,
    restore: async ({ service }: Running) => {
      const isAbsent = () => service.lastLines().some((line) => line.includes('"absent"'));
      await cluster.recover(() => until(isAbsent));
      return {};
    },
  }));

test('a fail-over that is over before anybody was absent is noticed as well', async () => {
  const running = await startRunning(await onCluster());
  try {
    const api = await openApi(running.service.url);
    let sent = 0;
    const batchOfNext = async () => {
      sent += 1;
      const { code, err } = await running.run(['submit', '-', '--none'], batchLine(`next-${sent}`));
      expect(code, err).toBe(0);
      return (await api.call('GET', `/api/requests/next-${sent}`)).json.batch_id as number;
    };
    expect(await batchOfNext()).toBe(1);
    await cluster.promote();
    await until(async () => (await batchOfNext()) > 1_000_000);
  } finally {
    await running.stop();
  }
});
