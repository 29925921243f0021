/** Keeps the README's table of scripts true. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from './scripts/catalogue.ts';

test('the README lists every script as the code does', () => {
  const text = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const [, table = ''] = /<!-- scripts -->(.*)<!-- \/scripts -->/s.exec(text) ?? [];
  const rows = [...table.matchAll(/^\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, name, doc]) => ({ name, doc }));
  expect(rows).toEqual(catalogue.map(({ name, doc }) => ({ name, doc })));
});
