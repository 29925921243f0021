/** Who is not receiving: seen, paused, tested, repaired, recovered. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({
  async prepare({ send, uploadAll, settle, taker }) {
    taker.answerWith(410);
    await send(makePosts(12, 'lost', { webhook: taker.url }));
    await uploadAll();
    await settle();
  },
});
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string) => t.page.getByRole('button', { name, exact: true }).click();
const confirm = (name: string | RegExp) => t.page.getByRole('dialog').getByRole('button', { name }).click();
const told = (text: string | RegExp) => t.page.getByText(text).first().waitFor();
const breaker = async () =>
  (await t.stage.call<{ health: { breaker: string } }>('GET', '/api/destinations/1')).health.breaker;

test('the list says who is failing, and leads to it', async () => {
  await open('/destinations');
  await told('Shown here: 1 failing.');
  await t.page.getByRole('img', { name: '0 of the last 12 attempts succeeded' }).waitFor();
  await t.page.getByRole('link', { name: /127\.0\.0\.1/ }).click();
  await t.page.waitForURL(/\/destinations\/1$/);
  await told('0 succeeded (0 %), 12 failed.');
  await t.page.getByRole('link', { name: 'lost-12', exact: true }).waitFor();
});

test('it is tested, paused and resumed, and its breaker opened and closed', async () => {
  await open('/destinations/1');
  await press('Send test');
  await told(/did not take the test/);
  await press('Pause');
  await confirm('Pause');
  await told(/is paused\.$/);
  await press('Resume');
  await told(/is sent to again\.$/);
  await press('Open breaker');
  await confirm('Open the breaker');
  await until(async () => (await breaker()) === 'open');
  await t.page.getByText('breaker open', { exact: true }).waitFor();
  t.stage.taker.answerWith(200);
  await press('Close breaker');
  await until(async () => (await breaker()) === 'closed');
});

test('what failed is counted, then delivered again, and the order is followed', async () => {
  t.stage.taker.answerWith(200);
  const before = t.stage.taker.taken;
  await open('/destinations/1');
  await press('Recover failures');
  await told('12 outcomes failed.');
  await t.page.getByRole('button', { name: 'ever', exact: true }).click();
  await t.page.getByRole('dialog').getByRole('button', { name: 'Deliver 12 outcomes again' }).click();
  await until(() => t.stage.taker.taken >= before + 12);
  await t.page.getByRole('table', { name: 'Redelivery orders' }).getByText('12 of 12').waitFor();
});

test('its policy is edited, and its secret rotated and shown once', async () => {
  await open('/destinations/1');
  await t.page.getByLabel('Messages in flight, of each replica').fill('7');
  await press('Save');
  await told('Saved; the next attempt follows it.');
  await told('at most 7');
  await press('Rotate secret');
  await confirm('Make a new secret');
  await t.page.getByText(/^whsec_/).waitFor();
  await confirm('Put away');
  await told('a secret of its own');
  expect(await t.page.getByText(/^whsec_/).count()).toBe(0);
});

test('a receiver brings a secret of its own, and a wrong one is refused with the reason', async () => {
  const own = `whsec_${Buffer.alloc(32, 'a').toString('base64')}`;
  await open('/destinations/1');
  await press('Rotate secret');
  const dialog = t.page.getByRole('dialog');
  await dialog.getByLabel('Own secret; empty: one is made').fill('short');
  t.expectComplaint(/422/);
  await confirm('Use this secret');
  await dialog.getByText('The secret must be whsec_').waitFor();
  await dialog.getByLabel('Own secret; empty: one is made').fill(own);
  await dialog.getByLabel('Hours that the old one signs as well').fill('0');
  await confirm('Use this secret');
  await dialog.getByText(own).waitFor();
  await confirm('Put away');
  const { secret_overlap_until: overlap } = await t.stage.call<{ secret_overlap_until: string | null }>(
    'GET',
    '/api/destinations/1',
  );
  expect(overlap).toBeNull();
});
