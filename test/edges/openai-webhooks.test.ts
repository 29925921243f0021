/** OpenAI's webhooks make polling prompt and nothing else; forged, old and repeated ones change nothing. */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSecret } from '../../demo/start-service.ts';
import { readMetrics } from '../read-metrics.ts';
import { until } from '../until.ts';
import { EdgeLine } from './edge-line.ts';
import { chatRows } from './expectations.ts';

const secret = createSecret();
const rows = chatRows(3);
let line: EdgeLine;

beforeEach(async () => {
  const settings = { OPENAI_WEBHOOK_SECRET: secret, POLL_INTERVAL_MS: 600_000 };
  line = await EdgeLine.set({ scripts: [], settings });
});
afterEach(() => line.close());

const about = (id: string, type = 'batch.completed') =>
  JSON.stringify({ object: 'event', id: 'evt_1', type, created_at: 1, data: { id } });

/** Signed by the reference implementation, not by ours. */
function send(
  content: string,
  { id = 'wh_1', at = new Date(), by = secret }: { id?: string; at?: Date; by?: string } = {},
) {
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': `v1,bm9uZQ== ${new Webhook(by).sign(id, at, content)}`,
  };
  return post(content, headers);
}

async function post(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${line.url}/webhooks/openai`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, json: (await response.json()) as unknown };
}

async function counted(result: string): Promise<number> {
  const text = await (await fetch(`${line.url}/metrics`)).text();
  return readMetrics(text).get(`openai_batch_manager_openai_webhooks_total{result="${result}"}`) ?? 0;
}

/** A batch that has completed at the provider and will not be asked about for ten minutes. */
async function completed(): Promise<string> {
  await line.send(rows);
  await line.simulator.until(({ summary }) => summary.batchesByStatus['completed'] === 1);
  const { store, clock } = line.service.service.ctx;
  await until(async () => {
    const row = await store.getBatch({ id: 1 });
    return row?.lease_token === null && (row.due_at ?? 0) > clock.now() + 60_000;
  });
  return line.simulator.seen().batches[0]?.batch.id ?? '';
}

test('a good one makes its batch due now', async () => {
  const id = await completed();
  const { status, json } = await send(about(id));
  expect([status, json]).toEqual([200, { effect: 'due' }]);
  await line.delivered(rows.length);
  expect(await counted('due')).toBe(1);
});

test('forged, old and repeated ones change nothing and are counted', async () => {
  const id = await completed();
  const event = about(id);
  const forged = await send(event, { by: createSecret() });
  const old = await send(event, { at: new Date(Date.now() - 301_000) });
  const early = await send(event, { at: new Date(Date.now() + 302_000) });
  const bare = await post(event);
  expect([forged, old, early, bare].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  expect(line.receiver.count().delivered).toBe(0);
  const asked = line.simulator.summary().calls['batches.get'];
  expect((await send(about('batch_strange'), { id: 'wh_2' })).json).toEqual({ effect: 'unknown_batch' });
  expect((await send(event, { id: 'wh_2' })).json).toEqual({ effect: 'repeated' });
  expect((await send(about(id, 'response.completed'), { id: 'wh_3' })).json).toEqual({ effect: 'ignored' });
  expect(line.simulator.summary().calls['batches.get']).toEqual(asked);
  expect(await Promise.all(['forged', 'old', 'repeated', 'due'].map(counted))).toEqual([2, 2, 1, 0]);
});

test('a signed text that is no event is refused', async () => {
  expect((await send('{', { id: 'wh_4' })).status).toBe(400);
  expect((await send('null', { id: 'wh_5' })).json).toEqual({ effect: 'ignored' });
});

test('without a secret nothing is believed', async () => {
  await line.restart({ OPENAI_WEBHOOK_SECRET: '' });
  expect((await send(about('batch_1'))).status).toBe(404);
});
