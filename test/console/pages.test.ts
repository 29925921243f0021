/** Every page from its address alone, on a service with real data. */
import { beforeAll, expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({
  simulating: { scripts: ['rows-400-in-error-file'] },
  async prepare({ send, uploadAll, settle, taker }) {
    const body = { model: 'gpt-4o-mini', input: 'Say hello.' };
    await send(makePosts(30, 'red', { webhook: taker.url, tag: 'finance', body }));
    await send(makePosts(12, 'house', { body: { model: 'our-own-model', input: 'Say hello.' } }));
    await uploadAll();
    await settle();
    await send(makePosts(60, 'open', { webhook: taker.url, body }));
  },
});

interface Batch {
  readonly id: number;
  readonly model: string;
  readonly state: string;
  readonly list_nano_usd: number;
  readonly paid_nano_usd: number;
}
let batches: readonly Batch[] = [];
beforeAll(async () => {
  batches = (await t.stage.call<{ data: Batch[] }>('GET', '/api/batches')).data;
});
const done = () => batches.find(({ model, state }) => model === 'gpt-4o-mini' && state === 'done');
const rows = (count: number) => until(async () => (await t.page.locator('tbody tr').count()) === count);
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);

test('overview: what is under way, what ended, what it cost and saved', async () => {
  await open('/');
  await t.page.getByText('Nothing needs you').waitFor();
  await t.page.getByText('1 batch with 60 requests under way.').waitFor();
  await t.page.getByText(/102 requests came and 42 ended in 24h: 28 succeeded, 14 failed\./).waitFor();
  await t.page.getByText(/saved \(50 %\)/).waitFor();
  await t.page.getByText('8 answers have no known price and stand in no sum.').waitFor();
});

test('overview: the range stands in the address, and each picture is a table as well', async () => {
  await open('/?range=7d');
  expect(await t.page.getByRole('button', { name: '7d', exact: true }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  await t.page.getByRole('button', { name: 'View Outcomes per day as table' }).click();
  const table = t.page.getByRole('region', { name: 'Outcomes per day, as table' });
  expect(await table.getByRole('row').count()).toBe(8);
  await t.page.getByRole('button', { name: '24h', exact: true }).click();
  await t.page.waitForURL(/range=24h/);
});

test('batches: found by model or endpoint, ordered about by mouse, as many on a page as chosen', async () => {
  await open('/batches');
  await rows(batches.length);
  await t.page.getByLabel('Model or endpoint').fill('our-own-model');
  await t.page.keyboard.press('Enter');
  await t.page.waitForURL(/model=our-own-model/);
  await rows(1);
  await t.page.getByRole('button', { name: 'Remove filter model' }).click();
  await rows(batches.length);
  const { id } = batches.find(({ state }) => state === 'building') ?? { id: 0 };
  await t.page.getByRole('button', { name: `Actions of batch ${id}` }).click();
  const dialog = t.page.getByRole('dialog', { name: `Batch ${id}` });
  await dialog.getByRole('button', { name: 'Upload now' }).waitFor();
  await t.page.keyboard.press('Escape');
  await open('/requests');
  await rows(50);
  await t.page.getByLabel('Rows on a page').selectOption('10');
  await rows(10);
  await t.page.reload();
  await rows(10);
  await t.page.getByRole('button', { name: 'Next page' }).click();
  await t.page.waitForURL(/cursor=/);
  await rows(10);
});

test('batches: states with counts are filters, rows lead to their batch', async () => {
  await open('/batches');
  await t.page.getByRole('button', { name: /^done\s*2$/ }).click();
  await t.page.waitForURL(/state=done/);
  await rows(2);
  await t.page.getByText('no price').waitFor();
  await t.page.getByRole('link', { name: String(done()?.id), exact: true }).click();
  await t.page.waitForURL(new RegExp(`/batches/${done()?.id}$`));
});

test('a batch: its way, its figures, its parts', async () => {
  await open(`/batches/${done()?.id}`);
  await t.page.getByText('Nothing is owed any more.').waitFor();
  await t.page.getByText('20 succeeded, 10 failed').waitFor();
  await t.page.getByText('yes: sent = output + error + missing').waitFor();
  expect(
    await t.page
      .getByRole('list', { name: /^The way of batch/ })
      .getByRole('listitem')
      .count(),
  ).toBe(10);
  await t.page.getByText('unsupported_parameter').first().waitFor();
  await t.page.getByRole('tab', { name: 'Transitions' }).click();
  await t.page.waitForURL(/tab=transitions/);
  expect(await t.page.getByRole('tabpanel').getByRole('row').count()).toBeGreaterThan(8);
  await t.page.getByRole('tab', { name: 'Files' }).click();
  const link = t.page.getByRole('link', { name: 'Download output' });
  const lines = await (await fetch(`${t.stage.url}${await link.getAttribute('href')}`)).text();
  expect(lines.trim().split('\n')).toHaveLength(20);
  await t.page.getByRole('tab', { name: 'Raw' }).click();
  await t.page.getByText('"openai_batch_id"').first().waitFor();
});

test('a batch: leads to what failed, and to itself at OpenAI where it is OpenAI that runs it', async () => {
  const link = t.page.getByRole('link', { name: 'open there' });
  await open(`/batches/${done()?.id}`);
  await t.page.getByText('20 succeeded, 10 failed').waitFor();
  expect(await link.count()).toBe(0);
  await t.page.getByRole('link', { name: 'Which failed' }).click();
  await t.page.waitForURL(/outcome=failed/);
  await rows(10);
  await t.page.route('**/api/console/session', async (route) => {
    const session = await (await route.fetch()).json();
    await route.fulfill({ json: { ...session, openai_console: 'https://platform.openai.com' } });
  });
  await open(`/batches/${done()?.id}`);
  expect(await link.getAttribute('href')).toMatch(/^https:\/\/platform\.openai\.com\/batches\/batch_/);
});

test('requests: found by filter, by typed qualifiers, and by any exact id', async () => {
  await open('/requests?tag=finance');
  await rows(30);
  const bar = t.page.getByRole('combobox', { name: 'Search requests' });
  await bar.fill('outcome:failed');
  await bar.press('Enter');
  await t.page.waitForURL(/outcome=failed/);
  await rows(10);
  await t.page.getByRole('button', { name: 'Remove filter tag' }).click();
  await rows(14);
  await bar.fill('state:nonsense');
  await bar.press('Enter');
  await t.page.getByText('No such word: state:nonsense').waitFor();
  await bar.fill('red-7');
  await bar.press('Enter');
  await t.page.waitForURL(/\/requests\/\d+$/);
  await t.page.getByRole('heading', { name: 'red-7', exact: true }).waitFor();
});

test('requests: fifty at a time, by cursor', async () => {
  await open('/requests');
  await t.page.getByText('50 shown of 102').waitFor();
  await t.page.getByRole('button', { name: 'Next page' }).click();
  await t.page.waitForURL(/cursor=/);
  await t.page.getByRole('link', { name: 'house-12', exact: true }).waitFor();
  await t.page.goBack();
  await t.page.getByRole('link', { name: 'open-60', exact: true }).waitFor();
});

test('a request: what was asked, what came back, whether it arrived', async () => {
  const { data } = await t.stage.call<{ data: { id: number }[] }>(
    'GET',
    '/api/requests?outcome=succeeded&tag=finance&limit=1',
  );
  await open(`/requests/${data[0]?.id}`);
  await t.page.getByRole('region', { name: 'What was asked' }).getByText('Say hello.').waitFor();
  await t.page.getByRole('region', { name: 'What came back' }).getByText('"status_code": 200').waitFor();
  await t.page.getByText('200 success').waitFor();
  await t.page.getByRole('textbox', { name: 'Search in What came back' }).fill('status_code');
  await t.page.getByText('1 found').waitFor();
});

test('activity: stages with their slots, schedules, and what people ordered', async () => {
  await open('/activity');
  await t.page.getByRole('cell', { name: 'closes a batch that is old enough' }).waitFor();
  await t.page.getByText("Every batch's last try succeeded").waitFor();
  await t.page.getByRole('cell', { name: `upload batch ${done()?.id}` }).waitFor();
});

test('settings: each rule with its source, costs by model and tag, records without secrets', async () => {
  await open('/settings');
  await t.page.waitForURL(/\/settings\/rules$/);
  await t.page.getByRole('textbox', { name: 'Find a setting' }).fill('POLL_INTERVAL');
  await t.page.getByRole('row', { name: /POLL_INTERVAL_MS 50 50 ms .*environment/ }).waitFor();
  await t.page.getByRole('link', { name: 'Costs' }).click();
  await t.page.getByRole('button', { name: 'By tag' }).click();
  await t.page.getByRole('row', { name: /finance 20/ }).waitFor();
  await t.page.getByRole('link', { name: 'Records' }).click();
  await t.page.getByRole('button', { name: 'api keys' }).click();
  await t.page.getByText('There are no api keys').waitFor();
});

test.each([
  ['/oban', '/activity'],
  ['/admin', '/settings/records'],
])('%s leads to %s', async (from, to) => {
  await open(from);
  await t.page.waitForURL(`**${to}`);
});

test('an address that leads nowhere says so, and how to go on', async () => {
  t.expectComplaint(/404|422/);
  for (const [path, word] of [
    ['/batches/999999', 'There is no batch 999999'],
    ['/requests/999999', 'There is no request 999999'],
  ] as const) {
    await open(path);
    await t.page.getByText(word).waitFor();
  }
  await open('/batches?state=expired');
  await t.page.getByText('No batch matches').waitFor();
  await t.page.getByRole('button', { name: 'Clear the filter' }).click();
  await t.page.getByRole('link', { name: String(done()?.id), exact: true }).waitFor();
});

test('the savings on the page are those of the rows', async () => {
  const list = batches.reduce((sum, batch) => sum + batch.list_nano_usd, 0);
  const paid = batches.reduce((sum, batch) => sum + batch.paid_nano_usd, 0);
  const { money } = await t.stage.call<{ money: { list_nano_usd: number; paid_nano_usd: number } }>(
    'GET',
    '/api/console/overview',
  );
  expect([money.list_nano_usd, money.paid_nano_usd]).toEqual([list, paid]);
  expect(list).toBe(paid * 2);
});
