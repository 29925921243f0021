/** What documents point at exists. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './run.ts';

const documents = globSync('{*.md,docs/**/*.md,simulator/*.md}', { cwd: root });
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The anchor that a heading gets on GitHub. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsIn(markdown: string): Set<string> {
  return new Set([...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

test('the documents are found', () => {
  expect(documents).toEqual(
    expect.arrayContaining(['README.md', 'docs/lifecycle.md', 'docs/decisions/README.md']),
  );
});

test.each(documents)('%s holds no merge that was left half done', (document) => {
  expect(read(document)).not.toMatch(/^(?:<{7}|>{7}) /m);
});

test.each(documents)('links of %s lead somewhere', (document) => {
  const markdown = read(document);
  const links = [...markdown.matchAll(/\]\(([^)]+)\)|src="([^"]+)"/g)].map(
    ([, link, image]) => link ?? image ?? '',
  );
  const broken = links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsIn(read(target)).has(anchor);
  });
  expect(broken).toEqual([]);
});

test.each(documents)('sources that %s names exist', (document) => {
  const named = read(document).matchAll(/`((?:core|server|simulator|demo|test|scripts|docs)\/[\w./-]+)`/g);
  const gone = [...named]
    .map(([, path = '']) => path)
    .filter((path) => !path.includes('NNNN'))
    .filter((path) => ![path, join(dirname(document), path)].some((found) => existsSync(join(root, found))));
  expect(gone).toEqual([]);
});

test('every decision is in the list, and says what is bad about it', () => {
  const pages = globSync('docs/decisions/0*.md', { cwd: root }).map((path) => path.split('/').at(-1) ?? '');
  const list = read('docs/decisions/README.md');
  expect(pages.length).toBeGreaterThan(0);
  for (const page of pages) {
    expect(list).toContain(`(${page})`);
    expect(read(`docs/decisions/${page}`), page).toContain('**Bad, because**');
  }
});

test('the map names every document', () => {
  const map = read('docs/README.md');
  const pages = globSync('{*.md,guide/*.md}', { cwd: join(root, 'docs') });
  const lost = pages.filter((page) => page !== 'README.md' && !map.includes(`(${page})`));
  expect(lost).toEqual([]);
});
