import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { readListening } from '../../demo/start-service.ts';
import { startSimulator } from '../../simulator/index.ts';
import { newFolder, runCommand, startCommand } from './run-command.for-test.ts';

test('serve reads .env, warns of what resembles a setting, and ends in order on a signal', async () => {
  const simulator = await startSimulator();
  const folder = newFolder();
  const lines = ['OPENAI_API_KEY=sk-x', `OPENAI_BASE_URL=${simulator.url}`, 'PORT=0', 'BATCH_MAX_REQUEST=3'];
  writeFileSync(join(folder, '.env'), lines.join('\n'));
  const child = startCommand(['serve'], { folder });
  const closed = once(child, 'close');
  const seen: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    seen.push(line);
    if (readListening(line) !== null) break;
  }
  expect(JSON.parse(seen[0] ?? '')).toMatchObject({
    level: 'warn',
    event: 'setting_unknown',
    name: 'BATCH_MAX_REQUEST',
    nearest: 'BATCH_MAX_REQUESTS',
  });
  expect(seen.filter((line) => line.includes('key_not_checked'))).toEqual([]);
  child.kill('SIGTERM');
  const [code] = (await closed) as [number];
  expect(code).toBe(0);
  await simulator.close();
});

test('a key that the provider refuses stops the start, in a sentence without the key', async () => {
  const provider = createServer((_request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"Incorrect API key provided.","code":"invalid_api_key"}}');
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const env = { OPENAI_API_KEY: 'sk-very-secret', OPENAI_BASE_URL: url, PORT: 0, LOG_LEVEL: 'silent' };
  const { code, out, err } = await runCommand(['serve'], { folder: newFolder(), env });
  provider.close();
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/OPENAI_API_KEY is refused by http/);
  expect(err).not.toMatch(/very-secret| {4}at /);
});

test('a database folder that cannot be made is told in a sentence', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'file'), '');
  const env = { OPENAI_API_KEY: 'x', DATABASE_PATH: join(folder, 'file', 'store.db') };
  const { code, err } = await runCommand(['serve'], { folder, env });
  expect(code).toBe(1);
  expect(err).toMatch(/^The service cannot start: E[A-Z]+: .*\n$/);
});
