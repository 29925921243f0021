/** Requests by destination, and one order for all that a filter matches. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({
  async prepare({ send, uploadAll, settle, taker }) {
    taker.answerWith(410);
    await send([
      ...makePosts(4, 'red', { webhook: taker.url, tag: 'red' }),
      ...makePosts(2, 'blue', { webhook: taker.url, tag: 'blue' }),
      ...makePosts(2, 'fetched', { tag: 'red' }),
    ]);
    await uploadAll();
    await settle();
    taker.answerWith(200);
  },
});
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string | RegExp) => t.page.getByRole('button', { name, exact: true }).click();

test('a destination is a filter of its own, in the bar and in the address', async () => {
  await open('/requests');
  await t.page.getByLabel('Search requests').fill('destination:1 tag:blue');
  await t.page.keyboard.press('Enter');
  await t.page.waitForURL(/destination=1|destination=%221%22/);
  await t.page.getByRole('link', { name: 'blue-2', exact: true }).waitFor();
  // What was listed before stays until the answer is there.
  await until(async () => (await t.page.getByRole('link', { name: /^(red|fetched)-/ }).count()) === 0);
  const { data } = await t.stage.call<{ data: unknown[] }>('GET', '/api/requests?destination=1');
  expect(data).toHaveLength(6);
  await expect(t.stage.call('GET', '/api/requests?destination=x')).rejects.toThrow('422');
});

test('all that match are delivered again: counted first, then followed to the end', async () => {
  await open('/requests?state=delivery_failed&tag=red');
  await press('Redeliver all that match');
  const dialog = t.page.getByRole('dialog');
  await dialog.getByText('4 outcomes match.').waitFor();
  expect(t.stage.taker.taken).toBe(0);
  await dialog.getByRole('button', { name: 'Deliver 4 outcomes again' }).click();
  await until(() => t.stage.taker.taken === 4);
  await t.page.getByRole('table', { name: 'Redelivery orders' }).getByText('4 of 4').waitFor();
  const { data } = await t.stage.call<{ data: { custom_id: string }[] }>(
    'GET',
    '/api/requests?state=delivery_failed',
  );
  expect(data.map(({ custom_id: id }) => id).sort()).toEqual(['blue-1', 'blue-2']);
});

test('a filter that cannot be ordered says why', async () => {
  await open('/requests?state=pending');
  const button = t.page.getByRole('button', { name: 'Redeliver all that match' });
  expect(await button.getAttribute('title')).toContain('Only what was handed over');
});

test('a list begins at its other end when asked, in the address too', async () => {
  const firstOf = (table: RegExp) => t.page.getByRole('table', { name: table }).getByRole('row').nth(1);
  await open('/requests?tag=red');
  await t.page.getByLabel('Order of the list').selectOption('Oldest first');
  await t.page.waitForURL(/order=asc/);
  await firstOf(/^Requests, oldest first/)
    .getByRole('link', { name: 'red-1', exact: true })
    .waitFor();
  const first = await t.stage.call<{ data: { custom_id: string }[]; next_cursor: string }>(
    'GET',
    '/api/requests?order=asc&limit=5',
  );
  const rest = await t.stage.call<typeof first>(
    'GET',
    `/api/requests?order=asc&limit=5&cursor=${first.next_cursor}`,
  );
  expect([...first.data, ...rest.data].map(({ custom_id: id }) => id)).toEqual([
    'red-1',
    'red-2',
    'red-3',
    'red-4',
    'blue-1',
    'blue-2',
    'fetched-1',
    'fetched-2',
  ]);
  expect(rest.next_cursor).toBeNull();
  await open('/batches');
  await t.page.getByLabel('Order of the list').selectOption('Oldest first');
  await firstOf(/^Batches, oldest first/)
    .getByRole('link', { name: '1', exact: true })
    .waitFor();
  await expect(t.stage.call('GET', '/api/batches?order=up')).rejects.toThrow('422');
});
