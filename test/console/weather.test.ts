/** Bad input and bad weather: nothing shows a blank page, runs what was posted, or says what is not so. */
import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const evil = '<img src=x onerror="window.caught=1"><script>window.caught=1</script>';
const long = `${'x'.repeat(480)}-é漢字`;
const rightToLeft = 'مرحبا-بالعالم';
const t = useBrowser({
  settings: { BATCH_MAX_AGE_MS: 3_600_000, BODY_LIMIT_BYTES: 30_000_000 },
  async prepare({ send, uploadAll, settle }) {
    const odd = [
      { custom_id: evil, tag: evil, metadata: { note: evil }, body: { model: 'gpt-4o-mini', input: evil } },
      { custom_id: long, tag: 'long', body: { model: 'gpt-4o-mini', input: 'x'.repeat(20_000_000) } },
      { custom_id: rightToLeft, tag: rightToLeft, body: { model: 'gpt-4o-mini', input: rightToLeft } },
      { custom_id: '../..', body: { model: 'gpt-4o-mini', input: 'Dots.' } },
    ];
    await send(odd.map((change) => ({ ...makePosts(1, 'odd')[0], ...change })));
    await uploadAll();
    await settle();
  },
});
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);

test('markup in every field is shown as it was written and never run', async () => {
  for (const path of [
    '/requests',
    '/requests/1',
    '/batches/1',
    '/settings/records?kind=requests',
    '/settings/costs',
  ]) {
    await open(path);
    await t.page.locator('h1').first().waitFor();
    await t.page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
    expect([path, await t.page.evaluate('window.caught')]).toEqual([path, undefined]);
  }
  await open('/requests/1');
  await t.page.getByRole('heading', { name: evil }).waitFor();
  await t.page.getByRole('region', { name: 'What was asked' }).getByText('onerror').first().waitFor();
});

test('ids of five hundred characters and of any script keep the page in its width', async () => {
  await t.page.setViewportSize({ width: 320, height: 700 });
  for (const path of ['/requests', '/requests/2', '/requests/3', '/requests/4']) {
    await open(path);
    await t.page.locator('h1').first().waitFor();
    await t.page.locator('[aria-busy="true"][role="status"]').first().waitFor({ state: 'detached' });
    const wide = Number(await t.page.evaluate('document.documentElement.scrollWidth'));
    expect([path, wide <= 320]).toEqual([path, true]);
  }
});

test('a payload of twenty megabytes is shown in part, and downloaded whole', async () => {
  await open('/requests/2');
  await t.page.getByRole('button', { name: 'Show the start of 20.0 MB' }).click();
  await t.page.getByText('The first 100,000 characters of 20.0 MB.').waitFor();
  await t.page.getByRole('button', { name: 'Show more' }).click();
  await t.page.getByText('The first 200,000 characters of 20.0 MB.').waitFor();
  expect(Number(await t.page.evaluate('document.body.textContent.length'))).toBeLessThan(300_000);
  const downloading = t.page.waitForEvent('download');
  await t.page.getByRole('link', { name: 'Download all' }).click();
  const { size } = statSync(await (await downloading).path());
  expect(size).toBeGreaterThan(20_000_000);
});

test('an address full of nonsense opens the page without it', async () => {
  await open('/requests?state=%00&outcome=no&cursor=abc&limit=9e9&tag=%F0%9F%98%80');
  t.expectComplaint(/422/);
  await t.page.getByText('Could not load the requests').waitFor();
  expect(await t.page.getByRole('alert').textContent()).toContain('cursor');
  await open('/batches?state=nonsense&model=');
  await t.page.getByRole('link', { name: '1', exact: true }).waitFor();
});

test('what cannot be loaded says so and is had by Retry; what was shown stays', async () => {
  t.expectComplaint(/503|500/);
  await t.page.route('**/api/batches?**', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/json',
      body: '{"errors":[{"code":"overloaded","title":"","detail":"Too much at once."}]}',
    }),
  );
  await open('/batches');
  await t.page.getByText('Could not load the batches').waitFor();
  await t.page.getByText('Too much at once.').waitFor();
  await t.page.unroute('**/api/batches?**');
  await t.page.getByRole('button', { name: 'Retry' }).click();
  await t.page.getByRole('link', { name: '1', exact: true }).waitFor();
});

test('a lost connection is announced, and over when it is back', async () => {
  await open('/batches');
  await t.page.getByRole('link', { name: '1', exact: true }).waitFor();
  t.expectComplaint(/ERR_INTERNET_DISCONNECTED|Failed to load|ERR_/);
  await t.context.setOffline(true);
  await t.page.evaluate('window.dispatchEvent(new Event("offline"))');
  await t.stage.running.service.http.app.server.closeAllConnections();
  await t.page.getByText('The connection to the service is lost.').waitFor();
  await t.page.getByRole('link', { name: '1', exact: true }).waitFor();
  await t.context.setOffline(false);
  await t.page.getByText('The connection to the service is lost.').waitFor({ state: 'detached' });
});

test('a slow service: the rows that will come stand as shadows, and nothing is claimed', async () => {
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await t.page.route('**/api/requests?**', async (route) => {
    await asked;
    await route.continue();
  });
  await open('/requests');
  await t.page.getByRole('status', { name: 'Loading the requests' }).waitFor();
  expect(await t.page.getByText(/No request/).count()).toBe(0);
  answer();
  await t.page.getByRole('link', { name: '../..', exact: true }).waitFor();
});

test('a service that restarts is lost and found again, and the page catches up by itself', async () => {
  t.expectComplaint(/ERR_|Failed to load|503/);
  await open('/requests');
  await t.page.getByRole('link', { name: '../..', exact: true }).waitFor();
  await t.stage.restart();
  await t.stage.send(makePosts(1, 'after'));
  await t.page.getByRole('button', { name: '1 new request' }).click();
  await t.page.getByRole('link', { name: 'after-1', exact: true }).waitFor();
});

test('live messages that were refused are asked for again', async () => {
  t.expectComplaint(/503|EventSource/);
  await t.page.route('**/api/console/events', (route) => route.fulfill({ status: 503, body: '' }));
  await open('/requests');
  await t.page.getByText('The connection to the service is lost.').waitFor();
  await t.page.unroute('**/api/console/events');
  await t.page.getByText('The connection to the service is lost.').waitFor({ state: 'detached' });
});

test("a browser's clock that is a day off changes no age", async () => {
  await t.page.clock.install({ time: Date.now() + 86_400_000 });
  await open('/batches/1');
  await t.page.getByText('Nothing is owed any more.').waitFor();
  await until(async () => !/\d d ago/.test((await t.page.locator('dl').first().textContent()) ?? ''));
  expect(await t.page.locator('dl').first().textContent()).toMatch(/Created(now|\d+ (ms|s|m) ago)/);
});

test('it fits: the first page takes at most 150 kB of script', async () => {
  const scripts: Promise<number>[] = [];
  t.page.on('requestfinished', (request) => {
    if (request.url().endsWith('.js'))
      scripts.push(request.sizes().then(({ responseBodySize: size }) => size));
  });
  await open('/');
  await t.page.getByText('Needs attention').waitFor();
  const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(150_000);
});
