/** Prices of the operator's own, and what an answer costs: by request, batch, model, tag and day, checked by hand. */
import { expect, test } from 'vitest';
import { money as asShown } from '../../web/src/lib/numbers.ts';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({ simulating: { timing: { runMs: 50, validateMs: 20, finalizeMs: 20 } } });
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string | RegExp) => t.page.getByRole('button', { name, exact: true }).click();
const told = (text: string | RegExp) => t.page.getByText(text).first().waitFor();

const model = 'our-own-model';
const post = (count: number, prefix: string, tag: string) =>
  makePosts(count, prefix, { tag, body: { model, input: 'Say hello.' } });

interface Money {
  readonly list_nano_usd: number;
  readonly paid_nano_usd: number;
}
interface Asked {
  readonly id: number;
  readonly batch_id: number;
  readonly usage: { input_tokens: number; cached_tokens: number; output_tokens: number } | null;
  readonly cost: Money | null;
}
const ask = (customId: string) => t.stage.call<Asked>('GET', `/api/requests/${customId}`);
const money = ({ list_nano_usd, paid_nano_usd }: Money) => ({ list_nano_usd, paid_nano_usd });
const sums = async (by: string) =>
  (
    await t.stage.call<{ data: (Money & { model?: string; tag?: string; unpriced: number })[] }>(
      'GET',
      `/api/console/costs?by=${by}`,
    )
  ).data;

async function setPrice(input: string, output: string, percent: string): Promise<void> {
  const form = t.page.getByRole('form', { name: 'Set a price' });
  await form.getByLabel('Model').fill(model);
  await form.getByLabel('In, $').fill(input);
  await form.getByLabel('Out, $').fill(output);
  await form.getByLabel('Batch pays, %').fill(percent);
  await form.getByLabel(/^Holds from/).fill('2026-01-01T00:00');
  await press('Set the price');
  await told(`The price of ${model} is set`);
}

/** What the answers of these requests cost at a price, in whole nano-dollars. */
async function byHand(names: readonly string[], perTokenIn: number, perTokenOut: number, percent: number) {
  const answers = await Promise.all(names.map(ask));
  const each = answers.map(({ usage }) => {
    if (usage === null) throw new Error('an answer has no usage');
    const list = usage.input_tokens * perTokenIn + usage.output_tokens * perTokenOut;
    return { list_nano_usd: list, paid_nano_usd: (list * percent) / 100 };
  });
  return each.reduce((sum, one) => ({
    list_nano_usd: sum.list_nano_usd + one.list_nano_usd,
    paid_nano_usd: sum.paid_nano_usd + one.paid_nano_usd,
  }));
}

test('a model without a price is shown as such; a price that is set gives one to what came before', async () => {
  await t.stage.send([...post(2, 'red', 'red'), ...post(1, 'blue', 'blue')]);
  await t.stage.uploadAll();
  await t.stage.settle();
  const { id, batch_id: batchId, cost } = await ask('red-1');
  expect(cost).toBeNull();
  await open(`/requests/${id}`);
  await told('this model has no known price');
  await open('/settings/prices');
  const row = t.page.getByRole('table', { name: 'What each model costs now' }).getByRole('row').filter({
    hasText: model,
  });
  await row.getByText('no price').waitFor();
  expect(await row.getByText('$0.00').count()).toBe(0);

  await setPrice('1000', '4000', '25');
  await row.getByText('set here').waitFor();
  await row.getByText('$1,000.00', { exact: true }).first().waitFor();
  await row.getByText('$250.00', { exact: true }).first().waitFor();
  await until(async () => (await ask('blue-1')).cost !== null);
  // $1,000 for a million tokens is a million nano-dollars for one.
  const of = (names: string[]) => byHand(names, 1_000_000, 4_000_000, 25);
  const all = await of(['red-1', 'red-2', 'blue-1']);
  expect(all.list_nano_usd).toBeGreaterThan(0);
  expect(money((await ask('red-1')).cost as Money)).toEqual(await of(['red-1']));
  const batch = await t.stage.call<Money>('GET', `/api/batches/${batchId}`);
  expect(money(batch)).toEqual(all);
  expect((await sums('day')).map(money)).toEqual([all]);
  expect((await sums('model')).map((row) => [row.model, row.unpriced, money(row)])).toEqual([
    [model, 0, all],
  ]);
  const tags = new Map((await sums('tag')).map((row) => [row.tag, money(row)]));
  expect(tags.get('red')).toEqual(await of(['red-1', 'red-2']));
  expect(tags.get('blue')).toEqual(await of(['blue-1']));
});

test('the page shows that figure, and it goes when the price is taken back', async () => {
  const { id, cost } = await ask('red-1');
  await open(`/requests/${id}`);
  await told(asShown((cost as Money).paid_nano_usd));
  await open('/settings/prices');
  await press('Take back');
  await t.page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
  await told(`The price of ${model} is taken back.`);
  await until(async () => (await ask('red-1')).cost === null);
  expect(await sums('day')).toMatchObject([{ list_nano_usd: 0, unpriced: 3 }]);
  const orders = await t.stage.call<{ data: { action: string; subject: string; status: number }[] }>(
    'GET',
    '/api/console/actions?limit=2',
  );
  expect(orders.data.map(({ action, subject, status }) => [action, subject.slice(0, 6), status])).toEqual([
    ['delete', 'price ', 200],
    ['make', 'price', 200],
  ]);
});

test('what cannot be a price is refused', async () => {
  const set = (body: object) => t.stage.call('POST', '/api/prices', { model, output_nano_usd: 1, ...body });
  await expect(set({ input_nano_usd: -1 })).rejects.toThrow('422');
  await expect(set({ input_nano_usd: 0.5 })).rejects.toThrow('422');
  await expect(set({ input_nano_usd: 1, batch_factor: 1.5 })).rejects.toThrow('422');
  await expect(set({ input_nano_usd: 1, from: 'soon' })).rejects.toThrow('422');
});
