/** axe finds nothing on any page, in either theme, wide and narrow. */
import { expect, test } from 'vitest';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';
import { findViolations, rulesOfColour, standards } from './find-violations.ts';

const t = useBrowser({
  simulating: { scripts: ['rows-400-in-error-file'] },
  async prepare({ send, uploadAll, settle, taker, call }) {
    const body = { model: 'gpt-4o-mini', input: 'Say hello.' };
    taker.answerWith(410);
    await send(makePosts(6, 'red', { webhook: taker.url, tag: 'finance', body }));
    await uploadAll();
    await settle();
    await send(makePosts(2, 'refused', { body: { ...body, model: 'no-such-model' } }));
    await uploadAll();
    await settle();
    await send(makePosts(3, 'open', { body }));
    await call('POST', '/api/intake/pause');
  },
});

const pages = [
  '/',
  '/?range=30d',
  '/batches',
  '/batches?state=expired',
  '/batches/1',
  '/batches/2?tab=transitions',
  '/batches/1?tab=files',
  '/batches/1?tab=raw',
  '/requests',
  '/requests?outcome=failed',
  '/requests/1',
  '/requests/7',
  '/destinations',
  '/destinations/1',
  '/activity',
  '/settings/rules',
  '/settings/costs',
  '/settings/prices',
  '/settings/keys',
  '/settings/records?kind=transitions',
  '/sign-in',
];

test.each(['light', 'dark'] as const)('in the %s theme', async (colorScheme) => {
  await t.page.emulateMedia({ colorScheme });
  const found: string[] = [];
  for (const path of pages) {
    await t.page.goto(`${t.stage.url}${path}`);
    await t.page.locator('h1').first().waitFor();
    await t.page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
    const rules = colorScheme === 'dark' ? rulesOfColour : standards;
    for (const one of await findViolations(t.page, rules)) found.push(`${path}: ${one}`);
  }
  expect(found).toEqual([]);
});

test('no page is wider than a narrow screen', async () => {
  const found: string[] = [];
  await t.page.setViewportSize({ width: 320, height: 700 });
  for (const path of pages) {
    await t.page.goto(`${t.stage.url}${path}`);
    await t.page.locator('h1').first().waitFor();
    await t.page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
    const wide = await t.page.evaluate('document.documentElement.scrollWidth');
    if (Number(wide) > 320) found.push(`${path} is ${wide} pixels wide on a screen of 320`);
  }
  expect(found).toEqual([]);
});
