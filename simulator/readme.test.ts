/** Keeps the README's table of scripts true: `npx vitest run simulator/readme -u` writes it anew. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { catalogue } from './scripts/catalogue.ts';

const path = fileURLToPath(new URL('README.md', import.meta.url));
const [begin, end] = ['<!-- scripts -->\n', '<!-- /scripts -->'] as const;

test('the README lists every script as the code does', async () => {
  const text = readFileSync(path, 'utf8');
  const rows = catalogue.map(({ name, doc }) => `| \`${name}\` | ${doc} |\n`).join('');
  const head = text.slice(0, text.indexOf(begin) + begin.length);
  const whole = `${head}| script | what the client sees |\n|---|---|\n${rows}${text.slice(text.indexOf(end))}`;
  await expect(whole).toMatchFileSnapshot(path);
});
