import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCommand } from './run-command.for-test.ts';
import { batchLine, type Running, startRunning } from './running-service.for-test.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.stop());

test('status shows states, intake, deliveries and money, also as JSON', async () => {
  await running.run(['submit', '-', '--none'], `${batchLine('counted-1')}\n${batchLine('counted-2')}\n`);
  const { code, out } = await running.run(['status']);
  expect(code).toBe(0);
  expect(out).toMatch(/^building +1 +2 +\d+ s$/m);
  expect(out).toMatch(/^intake +open$/m);
  expect(out).toMatch(/^money +\$0\.00 paid, \$0\.00 saved$/m);
  const json = JSON.parse((await running.run(['status', '--json'])).out);
  expect(json).toMatchObject({ states: [{ state: 'building', batches: 1, requests: 2 }], intake: 'open' });
  await fetch(`${running.service.url}/api/intake/pause`, { method: 'POST' });
  expect((await running.run(['status'])).out).toMatch(/^intake +paused since .* by anonymous$/m);
  await fetch(`${running.service.url}/api/intake/resume`, { method: 'POST' });
});

test('watch writes a line for each change, and ends in order on a signal', async () => {
  const child = startCommand(['watch', '--every', '0.1', '--url', running.service.url], {
    folder: running.folder,
  });
  const lines = createInterface({ input: child.stdout! });
  const closed = once(child, 'close');
  const seen: string[] = [];
  for await (const line of lines) {
    seen.push(line);
    if (seen.length === 1) await fetch(`${running.service.url}/api/intake/pause`, { method: 'POST' });
    if (line.includes('intake paused')) break;
  }
  expect(seen[0]).toMatch(/^\d{4}-.*Z intake open, building 1 batch\/2 requests, deliveries 0 under way/);
  child.kill('SIGINT');
  const [code] = (await closed) as [number];
  expect(code).toBe(0);
});
