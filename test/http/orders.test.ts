/**
 * The record of orders is true even where the process dies before it has answered: an order that was carried out has
 * its end, one that was refused has none of being carried out.
 */
import { expect, onTestFinished, test } from 'vitest';
import { openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { startTestService } from '../start-test-service.ts';

interface Entry {
  readonly action: string;
  readonly subject: string;
  readonly status: number | null;
  readonly ended_at: string | null;
}

test('an order has its end in the record before it is answered, and a refusal has not', async () => {
  const running = await startTestService();
  onTestFinished(() => running.stop());
  const api = await openApi(running.url);
  // As if the process died each time between the order and its answer.
  Object.assign(running.service.ctx.store, { endAction: async () => {} });
  const order = async (method: string, path: string, body?: object) => {
    const { status, json } = await api.call(method, path, body && { body });
    expect(status, `${method} ${path}: ${JSON.stringify(json)}`).toBeLessThan(300);
    return json;
  };
  for (const n of [1, 2]) {
    await api.call('POST', '/api/requests', {
      body: makePost(`r${n}`, { body: { model: `m${n}`, input: 'x' } }),
    });
  }
  await order('POST', '/api/stages/send/pause');
  await order('POST', '/api/batches/1/cancel');
  await order('POST', '/api/batches/2/upload');
  const price = { model: 'm1', input_nano_usd: 1, output_nano_usd: 1 };
  const prices = await order('POST', '/api/prices', price);
  await order('DELETE', `/api/prices/${prices.data[0].id}`);
  const address = 'http://127.0.0.1:9';
  const destination = await order('POST', '/api/destinations', { type: 'webhook', address });
  await order('POST', `/api/destinations/${destination.id}/pause`);
  await order('PATCH', `/api/destinations/${destination.id}`, { concurrency: 3 });
  const redelivery = await order('POST', '/api/redeliveries', { which: 'all', batch: 1 });
  await order('POST', '/api/stages/send/resume');
  const refused = await api.call('POST', '/api/batches/1/restart');
  expect(refused.status).toBe(409);
  const key = await order('POST', '/api/keys', { name: 'ann', scopes: ['operate'] });

  const answer = await fetch(`${running.url}/api/console/actions?limit=100`, {
    headers: { authorization: `Bearer ${key.key}` },
  });
  const { data } = (await answer.json()) as { data: Entry[] };
  const told = (entry: Entry) => `${entry.action} ${entry.subject}`;
  expect(redelivery.id).toBeGreaterThan(0);
  expect(data).toHaveLength(12);
  expect(data.filter(({ status }) => status === null).map(told)).toEqual(['restart batch 1']);
  expect(data.filter(({ ended_at }) => ended_at === null).map(told)).toEqual(['restart batch 1']);
});
