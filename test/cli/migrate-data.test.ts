/** Growing up from a file to PostgreSQL, as an operator does it: interrupted, given again, and never twice in use. */
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeEmptyDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { until } from '../until.ts';
import { runCommand, startCommand } from './run-command.for-test.ts';
import { batchLine, type Running, startRunning } from './running-service.for-test.ts';

const requests = 4_000;

/** A file of a service that has worked and was stopped. */
async function fill(): Promise<Running> {
  const running = await startRunning();
  const lines = Array.from({ length: requests }, (_, n) => batchLine(`moved-${n}`)).join('\n');
  const { code } = await running.run(['submit', '-', '--none'], lines);
  expect(code).toBe(0);
  await running.stop();
  return running;
}

const secrets = {
  SECRET_KEY_BASE_FILE: 'secret-key-base',
  WEBHOOK_SECRET_FILE: 'webhook-secret',
};

test('a copy that was killed is refused to every service, goes on when it is given again, and retires the file', async () => {
  const { folder, databasePath } = await fill();
  const target = await makeEmptyDatabase();
  const onFile = { folder, env: { OPENAI_API_KEY: 'sk-test', DATABASE_PATH: databasePath, PORT: 0 } };
  const kept = Object.fromEntries(Object.entries(secrets).map(([name, file]) => [name, join(folder, file)]));
  const onTarget = { folder, env: { OPENAI_API_KEY: 'sk-test', DATABASE_URL: target, PORT: 0, ...kept } };
  const order = ['migrate-data', '--from', `sqlite:${databasePath}`, '--to', target];

  const killed = startCommand(order, { folder });
  let told = '';
  killed.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    if (told.includes('copying request_bodies')) killed.kill('SIGKILL');
  });
  expect((await once(killed, 'close'))[1]).toBe('SIGKILL');
  expect(told).not.toContain('comparing');

  const refused = await runCommand(['serve'], onTarget);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Give the same command again')]);
  expect((await runCommand(['doctor'], onTarget)).out).toMatch(/FAIL {2}database +The database holds a copy/);

  const again = await runCommand(order, { folder });
  expect(again.code, again.err).toBe(0);
  expect(again.out).toMatch(new RegExp(`^requests +${requests} `, 'm'));
  expect(again.out).toMatch(new RegExp(`^request_bodies +${requests} `, 'm'));

  const mistaken = await runCommand(['serve'], onFile);
  expect([mistaken.code, mistaken.err]).toEqual([1, expect.stringContaining('was copied to PostgreSQL')]);
  expect(mistaken.err).not.toContain(`${new URL(target).username}@`);
  expect((await runCommand(['doctor'], onFile)).out).toMatch(/FAIL {2}database .* was copied to PostgreSQL/);
  const twice = await runCommand([...order.slice(0, -1), await makeEmptyDatabase()], { folder });
  expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('was copied to PostgreSQL')]);

  const grown = await startRunning({ DATABASE_URL: target, ...kept });
  expect((await grown.run(['status'])).out).toContain('4,000');
  await grown.stop();

  const [takeBack = ''] = /migrate-data --take-back --from \S+/.exec(mistaken.err) ?? [];
  expect((await runCommand(takeBack.split(' '), { folder })).out).toBe(
    `${databasePath} may be used again.\n`,
  );
  const serving = startCommand(['serve'], onFile);
  let out = '';
  serving.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await until(() => out.includes('"listening"'));
  serving.kill('SIGTERM');
  expect((await once(serving, 'close'))[0]).toBe(0);
});
