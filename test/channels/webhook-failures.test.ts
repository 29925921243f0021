/** Each way in which an attempt can fail has a word of its own. */
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createRawServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkGuard } from '../../server/channels/network-guard.ts';
import { WebhookChannel } from '../../server/channels/webhook.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { type DeafListener, startDeafListener } from './deaf-listener.ts';
import { someDestination } from './describe-channel.ts';

const channel = new WebhookChannel({
  clock: systemClock,
  guard: new NetworkGuard('allow', async (hostname) => {
    if (hostname.startsWith('inside')) return [{ address: '169.254.169.254', family: 4 }];
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
  }),
});
const answers: Record<string, (response: ServerResponse) => void> = {
  '/silent': () => {},
  '/trickle': (response) => response.write('a'),
  '/long': (response) => response.end(Buffer.alloc(1_100_000)),
  '/moved': (response) => response.writeHead(301, { location: '/good' }).end(),
  '/busy': (response) => response.writeHead(429, { 'retry-after': '7' }).end('come back'),
  '/gone': (response) => response.writeHead(410).end(),
  '/cut': (response) => response.destroy(),
  '/good': (response) => response.writeHead(202).end('thanks'),
};
let server: Server;
const raw = createRawServer((socket) => {
  socket.on('error', () => {});
  socket.end('this is not HTTP\r\n\r\n');
});
const pem = (name: string) =>
  readFileSync(join(import.meta.dirname, '..', 'broker', 'certificates', name), 'utf8');
const secure = createTlsServer({ key: pem('server.key'), cert: pem('server.pem') }, (_, response) =>
  response.end(),
);
let deaf: DeafListener;
let base = '';
let rawBase = '';
let secureBase = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    answers[request.url ?? '']?.(response);
  });
  await Promise.all(
    [server, raw, secure].map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))),
  );
  deaf = await startDeafListener();
  secureBase = `127.0.0.1:${(secure.address() as AddressInfo).port}`;
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  rawBase = `127.0.0.1:${(raw.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await channel.close();
  server.closeAllConnections();
  server.close();
  raw.close();
  secure.close();
  await deaf.close();
});

const policy = { ...someDestination.policy, answerTimeoutMs: 150, connectTimeoutMs: 500 };

test.each<[what: string, url: () => string, outcome: string, statusCode: number | null]>([
  ['takes it', () => `http://${base}/good`, 'success', 202],
  ['does not answer', () => `http://${base}/silent`, 'timeout', null],
  ['begins its answer and does not end it', () => `http://${base}/trickle`, 'too_slow', 200],
  ['answers without end', () => `http://${base}/long`, 'body_too_large', 200],
  ['points elsewhere', () => `http://${base}/moved`, 'redirect', 301],
  ['is busy', () => `http://${base}/busy`, 'http_status_not_2xx', 429],
  ['is gone', () => `http://${base}/gone`, 'http_status_not_2xx', 410],
  ['cuts the connection', () => `http://${base}/cut`, 'connection_error', null],
  ['speaks no HTTP', () => `http://${rawBase}/`, 'not_http', null],
  ['lets nobody in', () => `http://127.0.0.1:${deaf.port}/`, 'connect_timeout', null],
  ['is vouched for by nobody', () => `https://${secureBase}/`, 'tls_error', null],
  ['speaks no TLS', () => `https://${base}/good`, 'tls_error', null],
  ['listens no more', () => 'http://127.0.0.1:9/', 'connection_refused', null],
  ['has no name', () => 'http://nobody.example/', 'dns_error', null],
  ['has no address that can be read', () => 'http://', 'invalid_target', null],
  ['lies where nothing is sent', () => 'http://inside.example/', 'address_refused', null],
])('a receiver that %s: %s', async (_, url, outcome, statusCode) => {
  const result = await channel.send(
    {
      deliveryId: 'out_1',
      requestId: 1,
      customId: 'a',
      outcome: 'succeeded',
      attempt: 1,
      content: Buffer.from('{}'),
      target: { type: 'webhook', webhook_url: url() },
      destination: { ...someDestination, policy },
    },
    60_000,
  );
  expect([result.outcome, result.statusCode]).toEqual([outcome, statusCode]);
  if (outcome !== 'success') expect(result.error).toMatch(/\w/);
  expect(result.retryAfterMs).toBe(statusCode === 429 ? 7_000 : null);
});
