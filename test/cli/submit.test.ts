import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCommand } from './run-command.for-test.ts';
import { batchLine, type Running, startRunning } from './running-service.for-test.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.stop());

interface Result {
  readonly custom_id: string | null;
  readonly response: { readonly status_code: number } | null;
  readonly error: { readonly code: string } | null;
}

function readResults(out: string): Result[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result);
}

/** A request in the form of POST /api/requests. */
function ownLine(customId: string): string {
  return JSON.stringify({
    ...JSON.parse(batchLine(customId)),
    delivery_config: { type: 'none' },
    tag: 'own',
  });
}

test('a file of 10,000 lines comes back in its order', async () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `ordered-${index}`);
  const file = join(running.folder, 'batch.jsonl');
  // Two models make two batches, whose results arrive apart.
  writeFileSync(
    file,
    ids.map((id, index) => batchLine(id, index % 3 === 0 ? 'gpt-4o' : 'gpt-4o-mini')).join('\n'),
  );
  const { code, out, err } = await running.run(['submit', file, '--now', '--wait']);
  expect([code, err]).toEqual([0, '10,000 lines: 10,000 accepted.\n']);
  const results = readResults(out);
  expect(results.map(({ custom_id }) => custom_id)).toEqual(ids);
  expect(results.every(({ response }) => response?.status_code === 200)).toBe(true);

  const again = await running.run(['submit', file, '--wait']);
  expect(again.err).toBe('10,000 lines: 0 accepted, 10,000 stored before.\n');
  expect(again.out).toBe(out);
  await stopReadingEarly();
});

/** As `head` does: that ends a command, quietly. */
async function stopReadingEarly(): Promise<void> {
  const child = startCommand(['results', '--url', running.service.url], { folder: running.folder });
  let err = '';
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  await once(child.stdout!, 'data');
  child.stdout?.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect([code, err]).toEqual([0, '']);
}

test('both formats, blank lines, repeated and refused lines, each in its place', async () => {
  const input = [
    batchLine('mixed-1'),
    '',
    ownLine('mixed-2'),
    '{"custom_id": "mixed-3"}',
    'not JSON',
    batchLine('mixed-1'),
    batchLine('mixed/4 % ü'),
    batchLine('mixed-1', 'gpt-4o'),
  ].join('\r\n');
  const { code, out, err } = await running.run(['submit', '-', '--now', '--wait', '--tag', 'mixed'], input);
  expect(code).toBe(1);
  expect(err).toMatch(/^7 lines: 3 accepted, 1 stored before, 3 refused\./);
  expect(err).toMatch(/^line 4: .*\(validation_error\)$/m);
  expect(err).toMatch(/^line 5: .*\(malformed_json\)$/m);
  expect(err).toMatch(/^line 8: .*\(duplicate_custom_id\)$/m);
  const results = readResults(out).map(({ custom_id, error }) => [custom_id, error?.code ?? 'ok']);
  expect(results).toEqual([
    ['mixed-1', 'ok'],
    ['mixed-2', 'ok'],
    ['mixed-3', 'validation_error'],
    [null, 'malformed_json'],
    ['mixed-1', 'ok'],
    ['mixed/4 % ü', 'ok'],
    ['mixed-1', 'duplicate_custom_id'],
  ]);
  const tagged = await running.run(['results', '--tag', 'mixed']);
  expect(readResults(tagged.out).map(({ custom_id }) => custom_id)).toEqual(['mixed/4 % ü', 'mixed-1']);
  const since = await running.run(['results', '--tag', 'own', '--since', '1h']);
  expect(readResults(since.out)).toHaveLength(1);
});

test('a line in OpenAI’s format needs a delivery, and nothing is sent before that is known', async () => {
  const { code, err } = await running.run(['submit', '-'], `${batchLine('homeless')}\n`);
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/^Line 1 is in OpenAI's format .*--webhook URL, or --none/),
  ]);
  const look = await fetch(`${running.service.url}/api/requests/homeless`);
  expect(look.status).toBe(404);
});

test('outcomes go to the webhook that was named', async () => {
  const heard: string[] = [];
  const receiver = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    heard.push((JSON.parse(text) as Result).custom_id ?? '');
    response.end();
    if (heard.length === 2) receiver.emit('all');
  });
  const all = new Promise<void>((resolve) => receiver.once('all', resolve));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const input = `${batchLine('hooked-1')}\n${batchLine('hooked-2')}\n`;
  const { out } = await running.run(['submit', '-', '--webhook', url, '--now'], input);
  expect(out).toBe('2 lines: 2 accepted.\n');
  await all;
  expect(heard.toSorted()).toEqual(['hooked-1', 'hooked-2']);
  receiver.closeAllConnections();
  receiver.close();

  const redelivered = await running.run(['redeliver', 'hooked-1']);
  expect(redelivered.code, redelivered.err).toBe(0);
});

test('a waiting command outlives a restart of the service', async () => {
  const own = await startRunning({ BATCH_MAX_AGE_MS: 3_600_000 });
  const port = Number(new URL(own.service.url).port);
  const waiting = own.run(['submit', '-', '--wait'], `${batchLine('patient')}\n`);
  await waitForRequest(own.service.url, 'patient');
  await own.service.stop();
  const { startService } = await import('../../demo/start-service.ts');
  const second = await startService({
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: own.simulator.url,
    DATABASE_PATH: own.databasePath,
    POLL_INTERVAL_MS: 50,
    PORT: port,
  });
  await fetch(`${second.url}/api/batches/1/upload`, { method: 'POST' });
  const { code, out } = await waiting;
  await second.stop();
  await own.stop();
  expect([code, readResults(out).map(({ custom_id }) => custom_id)]).toEqual([0, ['patient']]);
});

/** Resolves once the service keeps the request. */
async function waitForRequest(url: string, customId: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if ((await fetch(`${url}/api/requests/${customId}`)).ok) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${customId} never came`);
}

test('while intake is paused nothing is taken, and the sentence says so', async () => {
  await fetch(`${running.service.url}/api/intake/pause`, { method: 'POST' });
  const { code, err } = await running.run(['submit', '-', '--none'], `${batchLine('paused')}\n`);
  await fetch(`${running.service.url}/api/intake/resume`, { method: 'POST' });
  expect([code, err]).toEqual([1, expect.stringMatching(/Intake is paused/)]);
});

test('a file that is not there, and a folder, are told in a sentence', async () => {
  const missing = await running.run(['submit', 'nowhere.jsonl', '--none']);
  expect([missing.code, missing.err]).toEqual([1, 'There is no file nowhere.jsonl.\n']);
  const folder = await running.run(['submit', '.', '--none']);
  expect([folder.code, folder.err]).toEqual([1, '. is a folder; give a file of JSON lines.\n']);
});
