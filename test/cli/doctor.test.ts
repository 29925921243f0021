import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { withConnection } from '../../server/store/postgres/migrate.ts';
import { makeTempDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { useSharedBroker } from '../broker/shared-broker.ts';
import { newFolder, runCommand } from './run-command.for-test.ts';
import { type Running, startRunning } from './running-service.for-test.ts';

let running: Running;
/** A provider that refuses keys, with a clock of yesterday; under /hook a receiver that redirects. */
let odd: Server;
let oddUrl: string;

beforeAll(async () => {
  running = await startRunning();
  odd = createServer((request, response) => {
    if (request.url === '/hook') response.writeHead(302, { location: '/' }).end();
    else response.writeHead(401, { date: new Date(Date.now() - 86_400_000).toUTCString() }).end();
  });
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
  oddUrl = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
});
afterAll(async () => {
  odd.close();
  await running.stop();
});

test('a healthy place passes, with a service running or not', async () => {
  const port = Number(new URL(running.service.url).port);
  const env = { OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: running.simulator.url };
  const stopped = await runCommand(['doctor'], { folder: newFolder(), env: { ...env, PORT: 0 } });
  expect([stopped.code, stopped.err]).toEqual([0, '']);
  expect(stopped.out).toMatch(/ok {4}key[\s\S]*ok {4}clock[\s\S]*The service can run here/);
  const taken = await runCommand(['doctor', '--receiver', `${running.service.url}/health`], {
    folder: newFolder(),
    env: { ...env, PORT: port, DATABASE_PATH: running.databasePath },
  });
  expect(taken.out).toMatch(/ok {4}database .*in use by a running service/);
  expect(taken.out).toMatch(/ok {4}port .*the service runs at/);
  expect(taken.out).toMatch(/ok {4}receiver/);
  expect(taken.code).toBe(0);
});

test('a refused key, a wrong clock, a taken port, a low disk and an exposed host fail, each with advice', async () => {
  const env = {
    OPENAI_API_KEY: 'sk-very-secret',
    OPENAI_BASE_URL: oddUrl,
    PORT: new URL(oddUrl).port,
    DISK_LOW_BYTES: '9000000000000000',
    RETENTION_BODIES: 'x',
  };
  const { code, out } = await runCommand(['doctor', '--receiver', `${oddUrl}/hook`], {
    folder: newFolder(),
    env,
  });
  expect(code).toBe(1);
  expect(out).toMatch(/FAIL {2}key .*refuses OPENAI_API_KEY \(401\)/);
  expect(out).toMatch(/FAIL {2}clock .*ahead of the provider/);
  expect(out).toMatch(/FAIL {2}port .*taken by another program/);
  expect(out).toMatch(/FAIL {2}disk .*DISK_LOW_BYTES/);
  expect(out).toMatch(/warn {2}configuration .*did you mean RETENTION_BODIES_MS/);
  expect(out).toMatch(/warn {2}receiver .*redirects/);
  expect(out).not.toContain('very-secret');
  const exposed = await runCommand(['doctor'], { folder: newFolder(), env: { ...env, HOST: '0.0.0.0' } });
  expect(exposed.out).toMatch(/FAIL {2}access .*without credentials/);
});

test('the broker: each address, the queues behind it, and settings that are for nothing', async () => {
  const broker = await useSharedBroker();
  onTestFinished(() => broker.close());
  const queue = await broker.makeQueue();
  const env = { OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: running.simulator.url, PORT: 0 };
  const ask = (more: Record<string, string>) =>
    runCommand(['doctor'], { folder: newFolder(), env: { ...env, ...more } });
  const good = await ask({
    RABBITMQ_URL: `amqp://guest:very-secret@127.0.0.1:9,${broker.url}`,
    RABBITMQ_INPUT_QUEUE: queue,
  });
  expect(good.out).toMatch(/warn {2}broker .*127\.0\.0\.1:9: connection refused/);
  expect(good.out).toMatch(/ok {4}broker .*takes our connection/);
  expect(good.out).toMatch(new RegExp(`ok {4}broker .*${queue} is there, 0 waiting`));
  expect(good.code).toBe(0);
  const bad = await ask({ RABBITMQ_URL: broker.url, RABBITMQ_INPUT_QUEUE: `${queue}-missing` });
  expect(bad.out).toMatch(/FAIL {2}broker .*is not there; .*RABBITMQ_DECLARE=true/);
  const alone = await ask({ RABBITMQ_URL: 'amqp://guest:very-secret@127.0.0.1:9' });
  expect(alone.out).toMatch(/FAIL {2}broker .*connection refused/);
  const unused = await ask({ RABBITMQ_INPUT_QUEUE: queue });
  expect(unused.out).toMatch(/FAIL {2}broker .*without RABBITMQ_URL/);
  expect([bad.code, alone.code, unused.code]).toEqual([1, 1, 1]);
  expect(good.out + alone.out).not.toContain('very-secret');
}, 180_000);

test('what cannot be reached is told', async () => {
  const env = { OPENAI_API_KEY: 'x', OPENAI_BASE_URL: 'http://127.0.0.1:1', PORT: 0, HOST: '192.0.2.1' };
  const { code, out } = await runCommand(['doctor', '--receiver', 'http://127.0.0.1:1/'], {
    folder: newFolder(),
    env: { ...env, PORT: 4999 },
  });
  expect(code).toBe(1);
  expect(out).toMatch(/FAIL {2}key .*cannot be reached/);
  expect(out).toMatch(/FAIL {2}receiver .*connection refused/);
  expect(out).toMatch(/FAIL {2}port .*no address of this machine/);
});

test('a PostgreSQL that keeps its timeline to itself is told, with what to do instead', async () => {
  const url = await makeTempDatabase();
  const limited = new URL(url);
  limited.username = limited.pathname.slice(1);
  limited.password = 'x';
  await withConnection(url, (client) =>
    client.query(`
      create role ${limited.username} login password 'x';
      grant select on all tables in schema public to ${limited.username};
      revoke execute on function pg_walfile_name(pg_lsn) from public`),
  );
  onTestFinished(() =>
    withConnection(url, async (client) => {
      await client.query(`drop owned by ${limited.username}; drop role ${limited.username}`);
    }),
  );
  const ask = async (DATABASE_URL: string) =>
    (await runCommand(['doctor'], { folder: newFolder(), env: { DATABASE_URL } })).out;
  expect(await ask(url)).not.toContain('timeline');
  expect(await ask(limited.href)).toMatch(/ok {4}database .*\nwarn {2}database .*timeline.*restored/);
});
