/** Alerts through the real line: told once when something goes wrong, once when it is over, whatever happens meanwhile. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { watchConditions } from '../server/operator/alerts/watch.ts';
import { type Simulator, startSimulator } from '../simulator/index.ts';
import { startTestService, type TestService } from './start-test-service.ts';
import { until } from './until.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two letters!!').toString('base64')}`;

interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly kind: string;
  readonly id: string;
  readonly message: string;
}

interface Duty {
  readonly url: string;
  readonly alerts: (Alert & { readonly webhookId: string })[];
  /** What the next messages are answered, then 204 again. */
  answers: number[];
}

let service: TestService | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});

test('a failed batch is told once, over a restart and until somebody has removed it', async () => {
  const duty = await startDuty();
  await start(duty, await simulate());
  const batchId = await sendOne('no-such-model');
  await until(async () => (await getBatch(batchId)).state === 'failed');
  duty.answers = [500];
  await look();
  await look();
  await look();
  await restart();
  await look();
  expect(told(duty)).toEqual([
    `firing batch_failed:${batchId}`,
    `firing batch_failed:${batchId}`, // the receiver had refused the first
  ]);
  expect(duty.alerts[1]?.message).toContain(`/api/batches/${batchId}`);
  expect(duty.alerts[0]?.webhookId).not.toBe('');

  await fetch(`${service?.url}/api/batches/${batchId}?undelivered=true`, { method: 'DELETE' });
  await look();
  await look();
  expect(told(duty).slice(2)).toEqual([`resolved batch_failed:${batchId}`]);
});

test('want of money is told, and that it is over', async () => {
  const duty = await startDuty();
  const simulator = await simulate();
  simulator.addScript('funding-block');
  await start(duty, simulator);
  const batchId = await sendOne('gpt-4.1-mini');
  await until(async () => (await getBatch(batchId)).state === 'waiting_for_capacity');
  await look();
  expect(told(duty)).toEqual(['firing funding_blocked']);
  simulator.lift();
  await until(async () => (await getBatch(batchId)).state === 'done');
  await look();
  expect(told(duty)).toEqual(['firing funding_blocked', 'resolved funding_blocked']);
});

test('work that waits too long is told, though nothing failed', async () => {
  const duty = await startDuty();
  await start(duty);
  const batchId = await sendOne('gpt-4.1-mini');
  await until(async () => (await getBatch(batchId)).state === 'uploading');
  await look();
  expect(told(duty)).toEqual([]);
  await look(0);
  expect(told(duty)).toEqual(['firing waiting_too_long:uploading']);
});

test('a disk that is nearly full is told, and that there is room again', async () => {
  const duty = await startDuty();
  await start(duty, undefined, { DISK_LOW_BYTES: Number.MAX_SAFE_INTEGER });
  await look();
  await look();
  expect(told(duty)).toEqual(['firing disk_low']);
  await restart({ DISK_LOW_BYTES: 0 });
  await look();
  expect(told(duty)).toEqual(['firing disk_low', 'resolved disk_low']);
});

/** Somebody on duty: a receiver that takes only what is signed. */
async function startDuty(): Promise<Duty> {
  const webhook = new Webhook(secret);
  const duty: Duty = { url: '', alerts: [], answers: [] };
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const alert = webhook.verify(body, flat(request.headers)) as Alert;
    duty.alerts.push({ ...alert, webhookId: String(request.headers['webhook-id']) });
    response.writeHead(duty.answers.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(duty, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts` });
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function told({ alerts }: Duty): string[] {
  return alerts.map(({ status, id }) => `${status} ${id}`);
}

async function simulate(): Promise<Simulator> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  return simulator;
}

async function start(duty: Duty, simulator?: Simulator, more: Record<string, number> = {}): Promise<void> {
  const started = await startTestService({
    ...(simulator && { OPENAI_BASE_URL: simulator.url }),
    ALERT_WEBHOOK_URL: duty.url,
    WEBHOOK_SECRET: secret,
    POLL_INTERVAL_MS: 20,
    RETRY_FASTER: 1_000,
    ...more,
  });
  service = await takeTheWatch(started);
}

/** From here on the test looks, and not the service's own round of every minute. */
async function takeTheWatch(started: TestService): Promise<TestService> {
  await started.service.upkeep.stop();
  return started;
}

/** One look at what is wrong. */
async function look(patienceMs?: number): Promise<void> {
  if (!service) throw new Error('no service');
  const { ctx, gate } = service.service;
  await gate.refresh();
  const settings = { ...ctx.settings, ...(patienceMs !== undefined && { ALERT_WAITING_MS: patienceMs }) };
  await watchConditions({ ...ctx, settings }, gate.diskLow);
}

async function restart(settings: Record<string, number> = {}): Promise<void> {
  if (service) service = await takeTheWatch(await service.restart(settings));
}

/** Sends one request and closes its batch. @returns the id of the batch */
async function sendOne(model: string): Promise<number> {
  const answer = await fetch(`${service?.url}/api/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      custom_id: 'one',
      method: 'POST',
      url: '/v1/chat/completions',
      delivery_config: { type: 'none' },
      body: { model, messages: [{ role: 'user', content: 'Is all well?' }] },
    }),
  });
  expect(answer.status).toBe(202);
  const [batch] = ((await (await fetch(`${service?.url}/api/batches`)).json()) as { data: { id: number }[] })
    .data;
  const id = batch?.id ?? 0;
  expect((await fetch(`${service?.url}/api/batches/${id}/upload`, { method: 'POST' })).ok).toBe(true);
  return id;
}

async function getBatch(id: number): Promise<{ state: string }> {
  return (await fetch(`${service?.url}/api/batches/${id}`)).json() as Promise<{ state: string }>;
}
