/** What a person does about batches that cannot go on by themselves, and about what nobody here owns at OpenAI. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({
  settings: { RETRY_FASTER: 1_000 },
  simulating: { timing: { runMs: 50, validateMs: 20, finalizeMs: 20 } },
});
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string) => t.page.getByRole('button', { name, exact: true }).click();
const confirm = (name: string | RegExp) => t.page.getByRole('dialog').getByRole('button', { name }).click();
const told = (text: string | RegExp) => t.page.getByText(text).first().waitFor();

interface Batch {
  readonly id: number;
  readonly state: string;
  readonly condition: string | null;
  readonly succeeded_count: number;
}
const newest = async () =>
  (await t.stage.call<{ data: Batch[] }>('GET', '/api/batches?limit=1')).data[0] as Batch;

test('a failed batch is restarted, and its requests succeed after all', async () => {
  t.stage.simulator.addScript({
    on: 'call',
    route: 'files.create',
    times: 1,
    do: { status: 400, error: { message: 'No such purpose.', type: 'invalid_request_error' } },
  });
  await t.stage.send(makePosts(4, 'rescued', { webhook: t.stage.taker.url }));
  const { id } = await newest();
  await t.stage.uploadAll();
  await t.stage.settle();
  expect(await newest()).toMatchObject({ id, state: 'failed' });
  await open(`/batches/${id}`);
  await press('Restart');
  await told('Its requests that ended only because the batch failed are sent again');
  await confirm(`Restart batch ${id}`);
  await told(`Batch ${id} is being restarted.`);
  await t.page.locator('[aria-current="step"]').getByTitle('done', { exact: true }).waitFor();
  await t.page.getByText('4 succeeded', { exact: true }).waitFor();
  expect(await newest()).toMatchObject({ id, state: 'done', succeeded_count: 4 });
  expect(t.stage.taker.taken).toBe(8);
});

test('a batch that OpenAI has lost is sent again, after what it may cost was said', async () => {
  t.stage.simulator.addScript({ on: 'batch', times: 1, do: { vanishAt: 'in_progress' } });
  await t.stage.send(makePosts(3, 'lost'));
  const { id } = await newest();
  await t.stage.uploadAll();
  await until(async () => (await newest()).condition === 'vanished');
  await open(`/batches/${id}`);
  await told('Held: vanished');
  await press('Resubmit');
  await told('What the lost batch may have cost is paid twice.');
  await confirm(`Send batch ${id} again`);
  await told(`Batch ${id} is sent again.`);
  await t.page.getByText('3 succeeded', { exact: true }).waitFor();
  await t.page.getByRole('button', { name: 'Resubmit' }).waitFor({ state: 'detached' });
  expect(await newest()).toMatchObject({ id, condition: null, succeeded_count: 3 });
});

test('a batch and a file of ours without an owner are shown, and removed when that is ordered', async () => {
  const { simulator, running } = t.stage;
  const { ctx } = running.service;
  simulator.addScript({ on: 'batch', do: { hold: { status: 'in_progress' } } });
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: simulator.url, maxRetries: 0, logLevel: 'off' });
  const line = JSON.stringify({
    custom_id: 'r1',
    method: 'POST',
    url: '/v1/responses',
    body: { model: 'gpt-5-mini', input: 'Hello.' },
  });
  const name = `${ctx.installationId}-4711-1.jsonl`;
  const file = await client.files.create({ file: new File([`${line}\n`], name), purpose: 'batch' });
  const batch = await client.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/responses',
    completion_window: '24h',
    metadata: { openai_batch_manager: `${ctx.installationId}:4711:1` },
  });
  const orphans = async () => (await t.stage.call<{ data: unknown[] }>('GET', '/api/orphans')).data.length;
  await until(async () => {
    await running.service.upkeep.runOnce();
    return (await orphans()) === 2;
  }, 20_000);
  await open('/activity');
  const row = (id: string) => t.page.getByRole('row').filter({ hasText: id });
  for (const [kind, id] of [
    ['batch', batch.id],
    ['file', file.id],
  ] as const) {
    await row(id)
      .getByRole('button', { name: /Remove/ })
      .click();
    await t.page.getByRole('dialog').getByText('Be sure that no other installation needs it.').waitFor();
    await confirm(`Remove the ${kind}`);
    await told(`${id} is being removed.`);
  }
  await until(async () => {
    await running.service.upkeep.runOnce();
    return (await orphans()) === 0;
  }, 20_000);
  expect(await client.batches.retrieve(batch.id)).toMatchObject({ status: 'cancelled' });
  await expect(client.files.retrieve(file.id)).rejects.toThrow('404');
});
