/** Every order that the console gives, from its button to what the service made of it. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({ simulating: { timing: { runMs: 50, validateMs: 20, finalizeMs: 20 } } });
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string | RegExp) => t.page.getByRole('button', { name, exact: true }).click();
const confirm = (name: string | RegExp) => t.page.getByRole('dialog').getByRole('button', { name }).click();
const told = (text: string | RegExp) => t.page.getByText(text).first().waitFor();

interface Listed {
  readonly id: number;
  readonly state: string;
  readonly custom_id: string;
}
const newest = async () =>
  (await t.stage.call<{ data: Listed[] }>('GET', '/api/batches?limit=1')).data[0]?.id;
const batch = (id: number | undefined) =>
  t.stage.call<Listed & { delivery_failed_count: number }>('GET', `/api/batches/${id}`);
const find = async (customId: string) =>
  t.stage.call<Listed>('GET', `/api/requests/${encodeURIComponent(customId)}`);

test('an open batch is uploaded, and is refused what it cannot do, with the reason', async () => {
  await t.stage.send(makePosts(3, 'up'));
  const id = await newest();
  await open(`/batches/${id}`);
  const restart = t.page.getByRole('button', { name: 'Restart', exact: true });
  expect(await restart.getAttribute('aria-disabled')).toBe('true');
  expect(await restart.getAttribute('title')).toContain('Only a failed batch can be restarted');
  await press('Upload now');
  await told(`Batch ${id} is closed and will be uploaded.`);
  await t.page.getByText('Nothing is owed any more.').waitFor();
  await t.stage.settle();
});

test('cancelling asks with number and name, and can be left', async () => {
  await t.stage.send(makePosts(4, 'stop'));
  const id = await newest();
  await open(`/batches/${id}`);
  await press('Cancel');
  await told(/4 requests for gpt-5-mini end as cancelled/);
  await confirm('Keep as it is');
  expect((await batch(id)).state).toBe('building');
  await press('Cancel');
  await confirm('Cancel 4 requests');
  await told(`Batch ${id} is being cancelled.`);
  await until(async () => (await batch(id)).state === 'cancelled');
});

test('what a receiver refused is delivered again, and then everything', async () => {
  t.stage.taker.answerWith(410);
  await t.stage.send(makePosts(3, 'again', { webhook: t.stage.taker.url }));
  const id = await newest();
  await t.stage.uploadAll();
  await t.stage.settle();
  t.stage.taker.answerWith(200);
  const before = t.stage.taker.taken;
  await open(`/batches/${id}`);
  await press('Redeliver failed');
  await confirm('Redeliver 3 outcomes');
  await told(/^3 outcomes to be delivered again: redelivery \d+\.$/);
  await until(async () => t.stage.taker.taken === before + 3);
  await t.stage.settle();
  await t.page.getByText('3 delivered', { exact: true }).waitFor();
  await press('Redeliver all');
  await confirm('Redeliver all');
  await until(async () => t.stage.taker.taken === before + 6);
});

test('an ended batch is deleted with everything under it, and the page goes where it still has something to show', async () => {
  await t.stage.settle();
  await t.stage.send(makePosts(2, 'gone'));
  const id = await newest();
  await t.stage.uploadAll();
  await t.stage.settle();
  await open(`/batches/${id}`);
  await press('Delete');
  await confirm('Delete 2 requests');
  await t.page.waitForURL(/\/batches$/);
  // The page was left without a call for what was gone.
  expect(t.complaints).toEqual([]);
  t.expectComplaint(/404/);
  await open(`/batches/${id}`);
  await told(`There is no batch ${id}`);
});

test('a batch that is deleted elsewhere says so on the open page', async () => {
  await t.stage.send(makePosts(1, 'elsewhere'));
  const id = await newest();
  await t.stage.uploadAll();
  await t.stage.settle();
  await open(`/batches/${id}`);
  await t.page.getByText('Nothing is owed any more.').waitFor();
  t.expectComplaint(/404/);
  await t.stage.call('DELETE', `/api/batches/${id}`);
  await told(`Batch ${id} has just been deleted elsewhere`);
});

test('one request: redelivered, copied as curl, cancelled, deleted', async () => {
  await t.stage.send(makePosts(1, 'single', { webhook: t.stage.taker.url }));
  await t.stage.uploadAll();
  await t.stage.settle();
  const before = t.stage.taker.taken;
  await t.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(`/requests/${(await find('single-1')).id}`);
  await press('Redeliver');
  await told('The outcome of single-1 is on its way again.');
  await until(() => t.stage.taker.taken === before + 1);
  await press('Copy as curl');
  await told('Copied as curl.');
  const copied = await t.page.evaluate('navigator.clipboard.readText()');
  expect(copied).toContain('"custom_id":"single-1"');
  await t.stage.send(makePosts(2, 'young'));
  await open(`/requests/${(await find('young-1')).id}`);
  await press('Cancel');
  await confirm('Cancel the request');
  await told('young-1 is cancelled.');
  await open(`/requests/${(await find('young-2')).id}`);
  await press('Delete');
  await confirm('Delete the request');
  await t.page.waitForURL(/\/requests$/);
  await expect(find('young-2')).rejects.toThrow('404');
});

test('selected requests are ordered together, and what is refused is told', async () => {
  await t.stage.send(makePosts(3, 'many'));
  await open('/requests');
  for (const n of [1, 2, 3]) {
    const row = t.page
      .getByRole('row')
      .filter({ has: t.page.getByRole('link', { name: `many-${n}`, exact: true }) });
    await row.getByRole('checkbox').check();
  }
  await told('3 requests selected');
  await press('Cancel');
  await confirm('Cancel 3 requests');
  await told('Cancel: 3 requests taken.');
  expect((await find('many-2')).state).toBe('cancelled');
});

test('intake is paused and resumed, upkeep runs now, and each order is in the list', async () => {
  await open('/activity');
  await press('Pause intake');
  await confirm('Pause intake');
  await told('Intake is paused.');
  await press('Resume intake');
  await told('Intake is open.');
  await press('Run now');
  await told('Upkeep runs now.');
  for (const what of ['pause intake', 'resume intake', 'run sweep']) {
    await t.page.getByRole('cell', { name: what }).first().waitFor();
  }
});

test('an order that runs elsewhere is seen running, and cannot be given twice', async () => {
  await t.stage.send(makePosts(1, 'held'));
  const id = await newest();
  const path = `/api/batches/${id}/upload`;
  const { store, clock } = t.stage.running.service.ctx;
  const begun = await store.beginAction({
    key: `POST ${path}`,
    action: 'upload',
    subject: `batch ${id}`,
    actor: 'ann',
    now: clock.now(),
    longestMs: 120_000,
  });
  await expect(t.stage.call('POST', path)).rejects.toThrow(/409.*ann/);
  await open(`/batches/${id}`);
  const button = t.page.getByRole('button', { name: /^Upload now/ });
  await until(async () => (await button.getAttribute('aria-busy')) === 'true');
  await store.endAction({
    id: begun.kind === 'begun' ? begun.id : 0,
    status: 202,
    message: null,
    now: clock.now(),
  });
  await until(async () => (await button.getAttribute('aria-busy')) === 'false');
  await button.click();
  await told(`Batch ${id} is closed and will be uploaded.`);
});

test('a rule is edited with its effect before the eyes, and taken back; so is a cap', async () => {
  await open('/settings/rules');
  await t.page.getByRole('textbox', { name: 'Find a setting' }).fill('POLL_INTERVAL');
  await press('Edit POLL_INTERVAL_MS');
  await t.page.getByRole('spinbutton', { name: 'New value of POLL_INTERVAL_MS' }).fill('70000');
  await told('50 ms → 1 m, at once');
  await press('Save');
  await t.page.getByText('edited', { exact: true }).waitFor();
  await press('Reset POLL_INTERVAL_MS');
  await t.page.getByText('edited', { exact: true }).waitFor({ state: 'detached' });
  await t.page.getByRole('textbox', { name: 'Find a setting' }).fill('');
  await t.page.getByLabel('Model prefix').fill('gpt-4.1');
  await t.page.getByLabel('Tokens', { exact: true }).fill('2,000,000');
  await told('2,000,000 tokens (2M)');
  await press('Set the cap');
  await t.page.getByRole('row', { name: /gpt-4\.1 2,000,000/ }).waitFor();
  await press('Reset gpt-4.1');
  await t.page.getByRole('row', { name: /gpt-4\.1 2,000,000/ }).waitFor({ state: 'detached' });
});

test('a key is made, shown once, and revoked', async () => {
  await open('/settings/keys');
  await t.page.getByRole('textbox', { name: 'Name' }).fill('reporting');
  await t.page.getByRole('combobox', { name: 'May' }).selectOption('operate');
  await press('Make a key');
  const key = (await t.page.getByText(/^obm_/).textContent()) ?? '';
  const asOperator = { authorization: `Bearer ${key.trim()}` };
  await until(async () => (await fetch(`${t.stage.url}/api/keys`)).status === 401);
  expect((await fetch(`${t.stage.url}/api/keys`, { headers: asOperator })).status).toBe(200);
  await t.page.getByRole('textbox', { name: 'Name' }).fill('producer');
  await t.page.getByRole('combobox', { name: 'May' }).selectOption('produce');
  await press('Make a key');
  const row = t.page.getByRole('row', { name: /producer/ });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await confirm('Revoke the key');
  await told('Key producer is revoked.');
  await row.getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' });
});
