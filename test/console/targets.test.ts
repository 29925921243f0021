/** The target of one request is edited on its page: checked, written down, and followed by the next attempt. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({ simulating: { timing: { runMs: 50, validateMs: 20, finalizeMs: 20 } } });
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string | RegExp) => t.page.getByRole('button', { name, exact: true }).click();
const told = (text: string | RegExp) => t.page.getByText(text).first().waitFor();

interface Asked {
  readonly id: number;
  readonly state: string;
  readonly delivery_config: { readonly webhook_url?: string };
  readonly delivery_attempts: readonly { readonly delivery_config: { readonly webhook_url?: string } }[];
}
const ask = (customId: string) => t.stage.call<Asked>('GET', `/api/requests/${customId}`);

test('an outcome that nobody took goes elsewhere, and what was tried keeps where it went', async () => {
  const wrong = 'http://127.0.0.1:9/closed';
  await t.stage.send(makePosts(1, 'lost', { webhook: wrong }));
  await t.stage.uploadAll();
  await until(async () => (await ask('lost-1')).delivery_attempts.length > 0);
  const { id } = await ask('lost-1');
  await open(`/requests/${id}`);
  await press('Edit target');
  const dialog = t.page.getByRole('dialog');
  expect(await dialog.getByLabel('URL').inputValue()).toBe(wrong);
  await dialog.getByLabel('URL').fill('http://169.254.1.1/meta');
  t.expectComplaint(/422/);
  await press('Save the target');
  await dialog
    .getByRole('alert')
    .getByText(/must not lead there/)
    .waitFor();
  await dialog.getByLabel('URL').fill(t.stage.taker.url);
  await press('Save the target');
  await told('Saved; the next attempt goes there.');
  await told(t.stage.taker.url);
  if ((await ask('lost-1')).state === 'delivery_failed') await press('Redeliver');
  await until(async () => (await ask('lost-1')).state === 'delivered');
  const attempts = (await ask('lost-1')).delivery_attempts.map(
    (attempt) => attempt.delivery_config.webhook_url,
  );
  expect(attempts[0]).toBe(t.stage.taker.url);
  expect(attempts.at(-1)).toBe(wrong);
  const { data } = await t.stage.call<{ data: { subject: string; status: number }[] }>(
    'GET',
    '/api/console/actions?limit=5',
  );
  expect(data.filter(({ subject }) => subject === 'request lost-1').map(({ status }) => status)).toContain(
    422,
  );
  expect(data.filter(({ subject }) => subject === 'request lost-1').map(({ status }) => status)).toContain(
    200,
  );
});

test('what was only fetched is sent when it gets a target', async () => {
  await t.stage.send(makePosts(2, 'fetched'));
  await t.stage.uploadAll();
  await t.stage.settle();
  const before = t.stage.taker.taken;
  await open(`/requests/${(await ask('fetched-1')).id}`);
  await press('Edit target');
  await t.page.getByLabel('The outcome goes to').selectOption('webhook');
  await t.page.getByLabel('URL').fill(t.stage.taker.url);
  await press('Save the target');
  await until(() => t.stage.taker.taken === before + 1);
  await t.stage.settle();
  expect((await ask('fetched-1')).state).toBe('delivered');
  expect((await ask('fetched-2')).state).toBe('openai_processed');
});
