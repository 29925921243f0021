/** The long walk, on the keyboard alone: send, follow live through every state, break a receiver, repair, recover. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const startsAt = Date.UTC(2026, 8, 29);
const t = useBrowser({
  simulating: {
    clock: { kind: 'stepped', startsAt },
    timing: { validateMs: 1_000, runMs: 60_000, finalizeMs: 1_000 },
  },
});
const body = { model: 'gpt-4o-mini', input: 'Say hello.' };
const here = (word: string) => t.page.locator('[aria-current="step"]').getByText(word).first().waitFor();

interface Batch {
  readonly id: number;
  readonly list_nano_usd: number;
  readonly paid_nano_usd: number;
}

test('a batch is followed from its first request to its savings without the mouse', async () => {
  const { stage, page } = t;
  await page.goto(`${stage.url}/`);
  await page.getByText('Nothing has come yet').waitFor();
  await stage.send(makePosts(20, 'walk', { webhook: stage.taker.url, tag: 'walk', body }));
  await page.getByText('1 batch with 20 requests under way.').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await page.waitForURL(/\/batches$/);
  await page.getByRole('row').nth(1).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/batches\/1$/);
  await here('building');
  await page.keyboard.press('.');
  await until(async () => (await page.evaluate('document.activeElement.textContent')) === 'Upload now');
  await page.keyboard.press('Enter');
  await here('at OpenAI');
  stage.taker.answerWith(410);
  await stage.simulator.advance(10_000);
  await page.getByText(/OpenAI says "in_progress"/).waitFor();
  await stage.simulator.advance(120_000);
  await here('done');
  await page.getByText('20 delivery failed', { exact: true }).waitFor();
  await page.getByText('20 succeeded', { exact: true }).waitFor();
  stage.taker.answerWith(200);
  await page.getByRole('button', { name: 'Redeliver failed' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('20 delivered', { exact: true }).waitFor();
  expect(stage.taker.taken).toBe(20);
  const batch = await stage.call<Batch>('GET', '/api/batches/1');
  // gpt-4o-mini: 0.15 and 0.60 USD per million tokens, by hand; a batch costs half.
  const usage = await stage.call<{ input_tokens: number; output_tokens: number }>('GET', '/api/batches/1');
  const byHand = usage.input_tokens * 150 + usage.output_tokens * 600;
  expect([batch.list_nano_usd, batch.paid_nano_usd]).toEqual([byHand, byHand / 2]);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.getByText(/saved \(50 %\)/).waitFor();
});

test('keys: help, theme, palette, search, copy, back', async () => {
  const { stage, page } = t;
  await page.goto(`${stage.url}/requests`);
  await page.getByRole('row').nth(1).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('theme: system, light, dark').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('t');
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
  await page.keyboard.press('t');
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText('1 request selected').waitFor();
  await page.keyboard.press('x');
  await page.keyboard.press('/');
  await page.keyboard.type('walk-7');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/requests\/\d+$/);
  await page.getByRole('heading', { name: 'walk-7', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForURL(/\/requests$/);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('activ');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/activity$/);
});

test('new rows wait behind a pill, and the list under the eyes stays', async () => {
  const { stage, page } = t;
  await page.goto(`${stage.url}/requests`);
  const first = page.locator('tbody tr').first();
  await first.waitFor();
  const before = await first.getAttribute('data-key');
  await stage.send(makePosts(3, 'later', { body }));
  const pill = page.getByRole('button', { name: '3 new requests' });
  await pill.waitFor();
  expect(await first.getAttribute('data-key')).toBe(before);
  await pill.click();
  await page.getByRole('link', { name: 'later-3', exact: true }).waitFor();
});
