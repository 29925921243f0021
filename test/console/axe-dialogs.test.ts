/** axe finds nothing in any dialog, in either theme, and each fits a narrow screen. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { root } from '../../scripts/run.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';
import { findViolations, rulesOfColour, standards } from './find-violations.ts';

const t = useBrowser({
  async prepare({ send, uploadAll, settle, taker }) {
    taker.answerWith(410);
    await send(makePosts(3, 'red', { webhook: taker.url, tag: 'finance' }));
    await uploadAll();
    await settle();
    await send(makePosts(2, 'open', { webhook: taker.url }));
  },
});

const press = (name: string | RegExp) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click();
const choose = (button: string, label: RegExp, kind: string) => async (page: Page) => {
  await press(button)(page);
  await page.getByRole('dialog').getByLabel(label).selectOption(kind);
};

interface Opening {
  readonly path: string;
  readonly open: (page: Page) => Promise<unknown>;
}

/** Every dialog, by what it is called here. */
const dialogs: Readonly<Record<string, Opening>> = {
  'delete a batch': { path: '/batches/1', open: press('Delete') },
  'redeliver what failed': { path: '/batches/1', open: press('Redeliver failed') },
  'redeliver all': { path: '/batches/1', open: press('Redeliver all') },
  'cancel a batch': { path: '/batches/2', open: press('Cancel') },
  'orders of a row': {
    path: '/batches',
    open: async (page) => {
      await page.locator('tbody tr').first().waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('.');
    },
  },
  'edit target': { path: '/requests/1', open: press('Edit target') },
  'edit target: an exchange': {
    path: '/requests/1',
    open: choose('Edit target', /^The outcome goes to/, 'exchange'),
  },
  'cancel a request': { path: '/requests/4', open: press('Cancel') },
  'delete a request': { path: '/requests/4', open: press('Delete') },
  'selected requests': {
    path: '/requests',
    open: async (page) => {
      await page.locator('tbody').getByRole('checkbox').first().check();
      await press('Cancel')(page);
    },
  },
  'redeliver all that match': {
    path: '/requests?tag=finance',
    open: press('Redeliver all that match'),
  },
  'recover failures': { path: '/destinations/1', open: press('Recover failures') },
  'pause a destination': { path: '/destinations/1', open: press('Pause') },
  'open the breaker': { path: '/destinations/1', open: press('Open breaker') },
  credentials: { path: '/destinations/1', open: press('Headers and authorization') },
  'credentials: a bearer token': {
    path: '/destinations/1',
    open: choose('Headers and authorization', /^Authorization/, 'bearer'),
  },
  'credentials: a password and headers': {
    path: '/destinations/1',
    open: async (page) => {
      await choose('Headers and authorization', /^Authorization/, 'basic')(page);
      await page.getByLabel(/^Keep own headers/).uncheck();
    },
  },
  'rotate secret': { path: '/destinations/1', open: press('Rotate secret') },
  'pause intake': { path: '/activity', open: press('Pause intake') },
  'pause a stage': { path: '/activity', open: press('Pause upload') },
  broker: { path: '/', open: press(/^RabbitMQ/) },
  palette: {
    path: '/',
    open: async (page) => {
      await page.getByText('Needs attention').waitFor();
      await page.keyboard.press('Control+k');
    },
  },
  keys: {
    path: '/',
    open: async (page) => {
      await page.getByText('Needs attention').waitFor();
      await page.keyboard.press('?');
    },
  },
};

async function show({ path, open }: Opening): Promise<void> {
  await t.page.goto(`${t.stage.url}${path}`);
  await t.page.locator('h1').first().waitFor();
  await t.page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
  await open(t.page);
  await t.page.getByRole('dialog').waitFor();
}

test.each(['light', 'dark'] as const)('in the %s theme', async (colorScheme) => {
  await t.page.emulateMedia({ colorScheme });
  const found: string[] = [];
  for (const [name, opening] of Object.entries(dialogs)) {
    await show(opening);
    const rules = colorScheme === 'dark' ? rulesOfColour : standards;
    for (const one of await findViolations(t.page, rules)) found.push(`${name}: ${one}`);
  }
  expect(found).toEqual([]);
}, 120_000);

test('each fits a screen of 320 pixels', async () => {
  await t.page.setViewportSize({ width: 320, height: 700 });
  const found: string[] = [];
  for (const [name, opening] of Object.entries(dialogs)) {
    // The rail, and with it the broker's light, is folded away there.
    if (name === 'broker') continue;
    await show(opening);
    const box = "document.querySelector('dialog[open] .modal-box')";
    const hidden = Number(await t.page.evaluate(`${box}.scrollWidth - ${box}.clientWidth`));
    const right = Number(await t.page.evaluate(`${box}.getBoundingClientRect().right`));
    if (hidden > 0 || right > 320) found.push(`${name}: ends at ${right}, hides ${hidden}`);
  }
  expect(found).toEqual([]);
}, 120_000);

test('no dialog is forgotten here', () => {
  const sources = globSync('web/src/**/*.tsx', { cwd: root }).filter((path) =>
    /<Dialog\b/.test(readFileSync(join(root, path), 'utf8')),
  );
  // Whoever adds one adds how it is opened to the list above.
  expect(sources.map((path) => path.replace(/^.*\//, '')).sort()).toEqual([
    'batches.tsx',
    'broker-light.tsx',
    'bulk-bar.tsx',
    'edit-credentials.tsx',
    'edit-target.tsx',
    'help.tsx',
    'order-button.tsx',
    'palette.tsx',
    'recover.tsx',
    'redeliver-matching.tsx',
    'rotate-secret.tsx',
  ]);
});
