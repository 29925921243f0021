/** axe finds nothing on any page, in either theme, wide and narrow. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

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
  '/settings/keys',
  '/settings/records?kind=transitions',
  '/sign-in',
];

/** What colours have to do with; everything else is the same in both themes. */
const rulesOfColour = ['color-contrast', 'link-in-text-block'];
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function findings(runOnly: readonly string[] = standards): Promise<string[]> {
  // Through the debugger: the page's own policy runs no script from elsewhere.
  await t.page.evaluate(axe);
  const violations = (await t.page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`,
  )) as Violation[];
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`,
  );
}

test.each(['light', 'dark'] as const)('in the %s theme', async (colorScheme) => {
  await t.page.emulateMedia({ colorScheme });
  const found: string[] = [];
  for (const path of pages) {
    await t.page.goto(`${t.stage.url}${path}`);
    await t.page.locator('h1').first().waitFor();
    await t.page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
    const rules = colorScheme === 'dark' ? rulesOfColour : standards;
    for (const one of await findings(rules)) found.push(`${path}: ${one}`);
  }
  expect(found).toEqual([]);
}, 120_000);

test('dialogs and a narrow screen', async () => {
  const found: string[] = [];
  await t.page.goto(`${t.stage.url}/batches/1`);
  await t.page.getByRole('button', { name: 'Delete' }).click();
  await t.page.getByRole('dialog').waitFor();
  found.push(...(await findings()));
  await t.page.keyboard.press('Escape');
  await t.page.setViewportSize({ width: 320, height: 700 });
  for (const path of ['/', '/batches', '/batches/1', '/requests', '/activity', '/settings/rules']) {
    await t.page.goto(`${t.stage.url}${path}`);
    await t.page.locator('h1').first().waitFor();
    await t.page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
    const wide = await t.page.evaluate('document.documentElement.scrollWidth');
    if (Number(wide) > 320) found.push(`${path} is ${wide} pixels wide on a screen of 320`);
  }
  expect(found).toEqual([]);
}, 60_000);
