/** Whatever the API can do, the console can order: its sources name every operation that changes something. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/run.ts';

/** Operations that no page calls, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'POST /api/requests': 'sending is for programs; the empty page shows the call to paste',
  'POST /api/requests/bulk': 'the same, as a stream',
  'POST /api/destinations':
    'a destination makes itself on first use; a path prefix is set up with the producers',
};

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const orders = Object.entries(
  (JSON.parse(readFileSync(join(root, 'docs/api/openapi.json'), 'utf8')) as Description).paths,
).flatMap(([path, methods]) =>
  Object.keys(methods)
    .map((method) => method.toUpperCase())
    .filter((method) => method !== 'GET')
    .map((method) => ({ name: `${method} ${path}`, method, path: path.replaceAll(/\{\w+\}/g, '{}') })),
);

/** Addresses in one source, `${…}` as `{}`; a `path` that is put together first is filled in. */
function addressesIn(source: string): string[] {
  const [, base = ''] = /const path = `([^`]+)`/.exec(source) ?? [];
  const whole = source.replaceAll(/\$\{path\}/g, () => base);
  return [...whole.matchAll(/[`'](\/api\/[^`'\s]*)[`']/g)].map(([, address = '']) =>
    address.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '{}').replace(/\?.*$/, ''),
  );
}

const sources = globSync('web/src/**/*.{ts,tsx}', { cwd: root }).map((path) => {
  const text = readFileSync(join(root, path), 'utf8');
  return { text, addresses: new Set(addressesIn(text)) };
});

/** An order button posts unless it says otherwise; the choice of a list's order gives none. */
function isCalled(method: string, path: string): boolean {
  return sources.some(({ text, addresses }) => {
    const says =
      text.includes(`method: '${method}'`) || (method === 'POST' && /\bOrder(?!Choice)/.test(text));
    return says && addresses.has(path);
  });
}

test('every order of the API can be given in the console, or has a reason why not', () => {
  expect(orders.length).toBeGreaterThan(25);
  const missing = orders.filter(({ method, path }) => !isCalled(method, path)).map(({ name }) => name);
  expect(missing.sort()).toEqual(Object.keys(exceptions).sort());
});

test('an order that nobody gives is seen as missing', () => {
  expect(isCalled('POST', '/api/requests/{}/explode')).toBe(false);
  expect(isCalled('DELETE', '/api/intake/pause')).toBe(false);
});
