/** However many requests come, a page hears one message a second, and the rows under the eyes stay and stay true. */
import { expect, test } from 'vitest';
import { MovedClock } from '../moved-clock.ts';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';
import { heard, listed, listenAlong } from './heard.ts';

const clock = new MovedClock(Date.now());
const body = { model: 'gpt-4o-mini', input: 'Say hello.' };
const t = useBrowser({ given: { clock }, prepare: ({ send }) => send(makePosts(60, 'early', { body })) });

test('one message for each second of arrivals, and a list that does not jump', async () => {
  const { page, stage } = t;
  await listenAlong(page);
  await page.goto(`${stage.url}/requests`);
  await page.locator('tbody tr').nth(49).waitFor();
  await until(async () => (await heard(page)).length === 1);
  const before = await listed(page);
  expect(before.keys).toHaveLength(50);
  for (let second = 1; second <= 5; second++) {
    for (let burst = 1; burst <= 4; burst++)
      await stage.send(makePosts(10, `late-${second}-${burst}`, { body }));
    expect(await heard(page)).toHaveLength(second);
    clock.move(1_000);
    await until(async () => (await heard(page)).length === second + 1);
  }
  await page.getByRole('button', { name: '50+ new requests' }).waitFor();
  expect(await listed(page)).toEqual(before);

  // Two hundred newer ones have pushed it far out of the newest page; what happens to it is shown all the same.
  await stage.call('POST', '/api/requests/early-60/cancel');
  clock.move(1_000);
  await page.locator('tbody tr').first().getByText('cancelled').first().waitFor();
  expect(await listed(page)).toEqual(before);

  await page.getByRole('button', { name: '50+ new requests' }).click();
  await page.getByRole('link', { name: 'late-5-4-10', exact: true }).waitFor();
  expect(await heard(page)).toHaveLength(7);
});

test('the pages of a list go on from the rows that are shown, whatever has come meanwhile', async () => {
  const { page, stage } = t;
  await page.goto(`${stage.url}/requests`);
  await page.locator('tbody tr').nth(49).waitFor();
  const { keys } = await listed(page);
  await stage.send(makePosts(70, 'later', { body }));
  clock.move(1_000);
  await page.getByRole('button', { name: '50+ new requests' }).waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  const next = String(Number(keys.at(-1)) - 1);
  await page.locator(`tbody tr[data-key="${next}"]`).waitFor();
  expect((await listed(page)).keys[0]).toBe(next);
});

test('the newest requests of a batch do not jump either', async () => {
  const { page, stage } = t;
  await page.goto(`${stage.url}/batches/1`);
  await page.locator('tbody tr').nth(19).waitFor();
  const { keys } = await listed(page);
  await stage.send(makePosts(5, 'latest', { body }));
  clock.move(1_000);
  await page.getByRole('button', { name: '5 new requests' }).click();
  await page.getByRole('link', { name: 'latest-5', exact: true }).waitFor();
  expect((await listed(page)).keys.slice(5)).toEqual(keys.slice(0, 15));
});
