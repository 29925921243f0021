/**
 * Pictures of every page in both themes, at the width of a telephone and of a desk: `npm run screenshots [folder]`.
 * The best of them stand in docs/pictures; look at all of them after a change of the console.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from '../test/console/open-browser.ts';
import { setPictureStage } from '../test/console/picture-stage.ts';
import { root } from './run.ts';

const folder = process.argv[2] ?? join(root, 'docs', 'pictures', 'screens');
const only = process.argv[3];
mkdirSync(folder, { recursive: true });
const stage = await setPictureStage();
const browser = await openBrowser();
try {
  for (const width of [1_440, 320]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport: { width, height: width > 500 ? 900 : 700 },
        colorScheme,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      for (const [name, path] of Object.entries(stage.pages)) {
        if (only !== undefined && !name.startsWith(only)) continue;
        await page.goto(`${stage.url}${path}`);
        await page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
        await page.waitForLoadState('load');
        await page.locator('h1').first().waitFor();
        // Parts that come later on their own, such as payloads, stand before the picture is taken.
        await page.getByText('Loading…').first().waitFor({ state: 'detached' });
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await stage.close();
}
process.stdout.write(`Pictures of ${Object.keys(stage.pages).length} pages in ${folder}\n`);
