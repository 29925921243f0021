/** The console as files: what is kept for ever, what is asked for again, and that nothing foreign may run. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from '../start-test-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'console-files-'));
let running: TestService;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Console</title>');
  writeFileSync(join(folder, 'assets', 'main-1a2b3c.js'), 'export {};');
  running = await startTestService({}, { consoleFolder: folder });
});
afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  '/',
  '/batches',
  '/batches/12',
  '/requests/7',
  '/settings/limits',
  '/sign-in',
])('%s is the console, asked for again each time, and may load from this host only', async (path) => {
  const answer = await fetch(`${running.url}${path}`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('<title>Console</title>');
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});

test('files whose name holds their content are kept for ever, compressed where that is taken', async () => {
  const answer = await fetch(`${running.url}/assets/main-1a2b3c.js`);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await answer.text()).toBe('export {};');
});

test('a page that has not changed is not sent again', async () => {
  const etag = (await fetch(`${running.url}/`)).headers.get('etag') ?? '';
  expect((await fetch(`${running.url}/`, { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test.each([
  '/assets/none.js',
  '/assets/..%2Findex.html',
  '/assets/%2e%2e%2findex.html',
])('%s is not there', async (path) => {
  expect((await fetch(`${running.url}${path}`)).status).toBe(404);
});

test.each([
  ['/oban', '/activity'],
  ['/admin', '/settings/records'],
])('%s leads to %s', async (from, to) => {
  const answer = await fetch(`${running.url}${from}`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, to]);
});

test('while nobody has built the console, the page says how', async () => {
  const bare = await startTestService({}, { consoleFolder: join(folder, 'nowhere') });
  try {
    const answer = await fetch(`${bare.url}/batches`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run build');
  } finally {
    await bare.stop();
  }
});
