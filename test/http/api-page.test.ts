import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from '../start-test-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

test('the API page is there when it is looked for, script and all, from this server alone', async () => {
  const page = await fetch(`${service.url}/api/docs`);
  expect(page.url).toBe(`${service.url}/api/docs/`);
  expect(page.headers.get('content-type')).toContain('text/html');
  const html = await page.text();
  expect(html).toContain('/api/openapi.json');
  const [, source = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
  const script = await fetch(new URL(source, page.url));
  expect(script.url.startsWith(service.url)).toBe(true);
  expect(script.headers.get('content-type')).toContain('javascript');
  expect((await script.text()).length).toBeGreaterThan(1_000_000);
});

test('two first looks at once make one page', async () => {
  const looks = await Promise.all([1, 2, 3].map(() => fetch(`${service.url}/api/docs/`)));
  expect(looks.map(({ status }) => status)).toEqual([200, 200, 200]);
});
