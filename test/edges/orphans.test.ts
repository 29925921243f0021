/** What carries our tag at the provider and belongs to nothing here is found, shown, and removed only when ordered. */
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMetrics } from '../read-metrics.ts';
import { until } from '../until.ts';
import { EdgeLine } from './edge-line.ts';
import { chatRows } from './expectations.ts';

let line: EdgeLine;
let client: OpenAI;
let installation: string;

/** Batches run until they are cancelled. */
beforeEach(async () => {
  line = await EdgeLine.set({ scripts: [{ on: 'batch', do: { hold: { status: 'in_progress' } } }] });
  client = new OpenAI({ apiKey: 'sk-test', baseURL: line.simulator.url, maxRetries: 0, logLevel: 'off' });
  installation = line.service.service.ctx.installationId;
});
afterEach(() => line.close());

const input = JSON.stringify({
  custom_id: 'r1',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] },
});

async function uploadAs(name: string): Promise<string> {
  return (await client.files.create({ file: new File([`${input}\n`], name), purpose: 'batch' })).id;
}

async function createAs(tag: string, fileId: string): Promise<string> {
  const batch = await client.batches.create({
    input_file_id: fileId,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata: { openai_batch_manager: tag },
  });
  return batch.id;
}

const sweep = () => line.service.service.upkeep.runOnce();
const orphans = async () => (await line.api.call('GET', '/api/orphans')).json.data;

const metrics = async () => readMetrics(await (await fetch(`${line.url}/metrics`)).text());

/** What the gauges say, and what the console and the alerts are given. */
async function told() {
  const samples = await metrics();
  const gauge = (kind: string) => samples.get(`openai_batch_manager_orphans{kind="${kind}"}`);
  const overview = await fetch(`${line.url}/api/console/overview`);
  const { attention } = (await overview.json()) as { attention: { kind: string; message: string }[] };
  return {
    batches: gauge('batch'),
    files: gauge('file'),
    attention: attention.filter(({ kind }) => kind === 'orphans').map(({ message }) => message),
  };
}

/** Files count as orphans from an hour on; here that is 3.6 s, and so is the pause between sweeps. */
async function found(count: number) {
  await until(async () => {
    await sweep();
    return (await orphans()).length === count;
  });
  return orphans();
}

test('strange files and batches are left alone; ours without an owner are shown, and removed when ordered', async () => {
  const strange = await uploadAs('somebody-1-1.jsonl');
  await createAs('somebody:1:1', strange);
  const file = await uploadAs(`${installation}-4711-1.jsonl`);
  const batch = await createAs(`${installation}:4711:1`, file);
  const shown = await found(2);
  expect(shown.map(({ remote_id }: { remote_id: string }) => remote_id)).toEqual([batch, file]);
  expect(shown).toMatchObject([
    { kind: 'batch', removing: false },
    { kind: 'file', removing: false },
  ]);
  expect((await client.batches.retrieve(batch)).status).toBe('in_progress');
  expect(await told()).toEqual({
    batches: 1,
    files: 1,
    attention: [expect.stringContaining('running batches 1, input files 1.')],
  });
  for (const { id } of shown) {
    expect((await line.api.call('DELETE', `/api/orphans/${id}`)).status).toBe(202);
  }
  await until(async () => (await orphans()).length === 0);
  expect(await told()).toEqual({ batches: 0, files: 0, attention: [] });
  expect(['cancelling', 'cancelled']).toContain((await client.batches.retrieve(batch)).status);
  const live = line.simulator.seen().files.map(({ id }) => id);
  expect([live.includes(file), live.includes(strange)]).toEqual([false, true]);
});

test('with ORPHANS=remove they go by themselves', async () => {
  await line.restart({ ORPHANS: 'remove' });
  const file = await uploadAs(`${installation}-4711-1.jsonl`);
  await until(async () => {
    await sweep();
    return !line.simulator.seen().files.some(({ id }) => id === file);
  });
});

test('a second live batch for one of ours is cancelled at once and counted; the first goes on', async () => {
  await line.send(chatRows(1));
  await until(async () => (await line.batches())[0]?.state === 'openai_processing');
  const [ours] = await line.batches();
  const second = await createAs(`${installation}:${ours?.id}:1`, ours?.openai_input_file_id);
  await until(async () => {
    await sweep();
    return (await client.batches.retrieve(second)).status === 'cancelled';
  });
  expect((await client.batches.retrieve(ours?.openai_batch_id)).status).toBe('in_progress');
  expect((await metrics()).get('openai_batch_manager_second_remote_batches_total')).toBe(1);
  expect(await orphans()).toEqual([]);
});

test('every uploaded file is given an expiry', async () => {
  await line.send(chatRows(1));
  await line.simulator.until(({ files }) => files.length > 0);
  for (const { expires_at, created_at } of line.simulator.seen().files) {
    expect(Number(expires_at) - Number(created_at)).toBe(30 * 86_400);
  }
});

test('a batch of a restored copy that runs at OpenAI already is cancelled there, when it is cancelled here', async () => {
  const remote = await createAs(`${installation}:1:1`, await uploadAs('before-the-disaster.jsonl'));
  const away = { status: 503, error: { message: 'Away.', type: 'server_error' } };
  line.simulator.addScript({ on: 'call', route: ['files.create', 'batches.list'], do: away });
  await line.send(chatRows(3));
  await until(async () => (await line.batches())[0]?.['state'] === 'uploading');
  // As the first start after a restore marks it.
  const { store, clock } = line.service.service.ctx;
  await store.recordFacts({ batchId: 1, facts: { submit_intent_at: clock.now() } });
  expect((await line.api.call('POST', '/api/batches/1/cancel')).status).toBe(202);
  line.simulator.clearScripts();
  line.simulator.addScript({ on: 'batch', do: { hold: { status: 'in_progress' } } });
  await line.delivered(3);
  expect(line.receiver.count().byOutcome).toEqual({ cancelled: 3 });
  expect((await client.batches.retrieve(remote)).status).toBe('cancelled');
  expect(line.simulator.seen().batches).toHaveLength(1);
});
