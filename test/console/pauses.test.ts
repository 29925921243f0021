/** A stage is paused and resumed: what needs it waits and says so, and everything goes on afterwards. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({ simulating: { timing: { runMs: 50, validateMs: 20, finalizeMs: 20 } } });
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string | RegExp) => t.page.getByRole('button', { name, exact: true }).click();
const confirm = (name: string | RegExp) => t.page.getByRole('dialog').getByRole('button', { name }).click();
const told = (text: string | RegExp) => t.page.getByText(text).first().waitFor();

interface Batch {
  readonly id: number;
  readonly state: string;
  readonly delivered_count: number;
}
const newest = async () =>
  (await t.stage.call<{ data: Batch[] }>('GET', '/api/batches?limit=1')).data[0] as Batch;

test('a paused stage begins nothing, is told on the first page, and goes on where it stood', async () => {
  await open('/activity');
  await press('Pause upload');
  await confirm('Pause upload');
  await told('Stage upload is paused.');
  const row = t.page.getByRole('row').filter({ has: t.page.getByRole('button', { name: 'Resume upload' }) });
  await row.getByText('paused', { exact: true }).waitFor();
  await t.stage.send(makePosts(2, 'held'));
  await t.stage.uploadAll();
  const { service } = t.stage.running;
  const upload = service.drivers.find(({ name }) => name === 'upload');
  expect(await upload?.runOnce()).toBe(0);
  expect((await newest()).state).toBe('uploading');
  await open(`/batches/${(await newest()).id}`);
  await told(/^Stage upload was paused .* by anonymous: this batch waits until it is resumed\.$/);
  await open('/');
  await told(/Stage upload is paused since .* by anonymous/);
  await t.page.getByRole('link', { name: /Stage upload is paused/ }).click();
  await press('Resume upload');
  await told('Stage upload goes on.');
  await t.stage.settle();
  expect((await newest()).state).toBe('done');
});

test('while sending is paused outcomes wait, and nothing is lost', async () => {
  await t.stage.call('POST', '/api/stages/send/pause');
  await t.stage.send(makePosts(3, 'out', { webhook: t.stage.taker.url }));
  await t.stage.uploadAll();
  await until(async () => (await newest()).state === 'delivering');
  expect([t.stage.taker.taken, (await newest()).delivered_count]).toEqual([0, 0]);
  await open(`/batches/${(await newest()).id}`);
  await told(/^Stage send was paused/);
  await open('/activity');
  await press('Resume send');
  await t.stage.settle();
  expect(t.stage.taker.taken).toBe(3);
});

test('a pause outlives a restart; the replica that answers is listed with its heartbeat', async () => {
  const { ctx } = t.stage.running.service;
  await t.stage.call('POST', '/api/stages/poll/pause');
  const { data } = await t.stage.call<{ data: { name: string; paused_by: string | null }[] }>(
    'GET',
    '/api/stages',
  );
  expect(data.filter(({ paused_by: by }) => by !== null)).toMatchObject([
    { name: 'poll', paused_by: 'anonymous' },
  ]);
  expect((await ctx.store.readSettings()).map(({ name }) => name)).toContain('paused:poll');
  await expect(t.stage.call('POST', '/api/stages/intake/pause')).rejects.toThrow('404');
  await t.stage.call('POST', '/api/stages/poll/resume');
  await open('/activity');
  const replicas = t.page.getByRole('table', { name: 'Replicas' });
  await replicas.getByText(ctx.replica).waitFor();
  await replicas.getByText('answers here').waitFor();
});
