/** Many connections that do nothing, and readers that stop: memory stays bounded, and the service goes on. */
import { readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator } from '../../simulator/index.ts';
import { openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { openSocket } from '../raw-http.ts';
import { residentMb, startChildService } from '../start-child-service.ts';
import { makeFolder } from '../start-test-service.ts';
import { until } from '../until.ts';

let folder: string;
const sockets: Socket[] = [];
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Both ends of a connection need a file; each process needs some for itself. */
function affordable(wanted: number): number {
  const open = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return Math.min(wanted, Number(open) - 500);
}

async function open(url: string, count: number): Promise<void> {
  while (sockets.length < count) {
    const few = Array.from({ length: Math.min(500, count - sockets.length) }, () => openSocket(url));
    for (const socket of await Promise.all(few)) sockets.push(socket.on('error', () => {}));
  }
}

/** Whether the other end of a connection is still open, as the system sees it (Linux). */
function isHeldByServer({ localPort = 0, remotePort = 0 }: Socket): boolean {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  const established = new RegExp(`:${hex(remotePort)} [0-9A-F]+:${hex(localPort)} 01 `);
  return established.test(readFileSync('/proc/net/tcp', 'utf8'));
}

/** Counts what was on its way. */
async function readToEnd(socket: Socket): Promise<number> {
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return bytes;
}

test('10,000 idle connections cost nobody else anything, not even the stop', async () => {
  const service = await startChildService(folder, { DRAIN_MS: 300 });
  const api = await openApi(service.url);
  await api.call('POST', '/api/requests', { body: makePost('before') });
  await open(service.url, affordable(10_000));
  await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      expect((await api.call('POST', '/api/requests', { body: makePost(`beside ${n}`) })).status).toBe(202);
    }),
  );
  expect(await listAll(api)).toHaveLength(101);
  expect(sockets.filter((socket) => socket.destroyed)).toHaveLength(0);
  // About 20 KB for a connection, on top of what the program needs.
  expect(residentMb(service.pid)).toBeLessThan(400);
  const { code, ms } = await service.stop();
  expect([code, ms < 10_000]).toEqual([0, true]);
});

test('clients that stop reading /api/results and a file: memory stays bounded, others are served, and they are let go', async () => {
  const lines = 120;
  const simulator = await startSimulator({ answerBytes: 250_000 });
  const service = await startChildService(folder, {
    OPENAI_BASE_URL: simulator.url,
    POLL_INTERVAL_MS: 50,
    IDLE_TIMEOUT_MS: 3_000,
  });
  const api = await openApi(service.url);
  try {
    for (let n = 0; n < lines; n++) await api.call('POST', '/api/requests', { body: makePost(`r${n}`) });
    expect((await api.call('POST', '/api/batches/1/upload')).status).toBe(202);
    await until(async () => (await api.call('GET', '/api/batches/1')).json.state === 'done');

    const before = residentMb(service.pid);
    for (const path of ['/api/results', '/api/batches/1/files/output', '/api/results', '/api/results']) {
      const socket = await openSocket(service.url);
      socket.on('error', () => {}).pause();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      sockets.push(socket);
    }
    expect(sockets.filter(isHeldByServer)).toHaveLength(4);
    let most = before;
    for (let n = 0; n < 100; n++) {
      expect(
        (
          await api.call('POST', '/api/requests', {
            body: makePost(`beside ${n}`, { body: { model: 'other' } }),
          })
        ).status,
      ).toBe(202);
      most = Math.max(most, residentMb(service.pid));
    }
    expect(most - before).toBeLessThan(60);
    const whole = await api.call('GET', '/api/results');
    expect(whole.text.trimEnd().split('\n')).toHaveLength(lines);
    expect(whole.text.length).toBeGreaterThan(lines * 250_000);

    // Nothing moves on these for IDLE_TIMEOUT_MS: the service closes them, long before their content is sent.
    await until(() => !sockets.some(isHeldByServer));
    const received = await Promise.all(sockets.map(readToEnd));
    for (const bytes of received) expect(bytes).toBeLessThan(lines * 250_000);
  } finally {
    await service.stop();
    await simulator.close();
  }
});
