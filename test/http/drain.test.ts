/** Stops, asked for and not: everything that was acknowledged is stored, and SIGTERM ends by itself in time. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { openSocket } from '../raw-http.ts';
import { startChildService } from '../start-child-service.ts';
import { makeFolder } from '../start-test-service.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each(['SIGTERM', 'SIGKILL'])('%s with 300 requests in flight', async (signal) => {
  const first = await startChildService(folder, { FSYNC_DELAY_MS: 50 });
  const api = await openApi(first.url);
  const acknowledged: string[] = [];
  let enough: (value?: unknown) => void = () => {};
  const some = new Promise((resolve) => {
    enough = resolve;
  });
  const sending = Array.from({ length: 300 }, async (_, n) => {
    const answer = await api.call('POST', '/api/requests', { body: makePost(`r${n}`) }).catch(() => null);
    if (answer?.status === 202) acknowledged.push(`r${n}`);
    if (acknowledged.length === 20) enough();
  });
  await some;
  if (signal === 'SIGKILL') await first.kill();
  else {
    const { code, ms } = await first.stop();
    expect([code, ms < 10_000]).toEqual([0, true]);
  }
  await Promise.all(sending);

  const second = await startChildService(folder);
  const stored = new Set((await listAll(await openApi(second.url))).map((row) => row.custom_id));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThanOrEqual(20);
  await second.stop();
});

test('SIGTERM with clients that hold on: a wait, half a body, a connection that never spoke, one that is kept alive', async () => {
  const service = await startChildService(folder, { DRAIN_MS: 300 });
  const api = await openApi(service.url);
  await api.call('POST', '/api/requests', { body: makePost('awaited') });
  const waiting = api.call('GET', '/api/requests/awaited?wait=60');
  const half = await openSocket(service.url);
  half.write(
    'POST /api/requests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  );
  const silent = await openSocket(service.url);
  const kept = await openSocket(service.url);
  kept.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => kept.once('data', resolve));
  for (const socket of [half, silent, kept]) socket.on('error', () => {});
  const { code, ms } = await service.stop();
  expect([code, ms < 5_000]).toEqual([0, true]);
  expect((await waiting).json.outcome).toBeNull();
});
