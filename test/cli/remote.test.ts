/** What the command line says about things at OpenAI that need a person. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../until.ts';
import { batchLine, type Running, startRunning } from './running-service.for-test.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning({ BATCH_MAX_AGE_MS: 50 });
});
afterAll(() => running.stop());

test('without orphans it says so', async () => {
  const { code, out } = await running.run(['orphans', '--remove']);
  expect([code, out]).toEqual([0, 'Nothing at OpenAI is without an owner here.\n0 removals ordered.\n']);
});

test('a vanished batch is sent again by order, and no other', async () => {
  running.simulator.addScript({ on: 'batch', times: 1, do: { vanishAt: 'in_progress' } });
  const { url } = running.service;
  const sent = await fetch(`${url}/api/requests/bulk?delivery=none`, {
    method: 'POST',
    headers: { 'content-type': 'application/jsonl' },
    body: batchLine('lost'),
  });
  expect(sent.status).toBe(200);
  const batch = async () => (await (await fetch(`${url}/api/batches/1`)).json()) as Record<string, unknown>;
  await until(async () => (await batch())['condition'] === 'vanished');
  const ordered = await running.run(['resubmit', '1']);
  expect([ordered.code, ordered.out]).toEqual([
    0,
    'Batch 1 is sent again, unless OpenAI knows it after all.\n',
  ]);
  await until(async () => (await batch())['state'] === 'done');
  const again = await running.run(['resubmit', '1']);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('cannot be resubmitted')]);
});
