import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const readmeName = /^readme.*\.md$/i;

/**
 * What the packages under `root` say about themselves: every README, and one last text that lists the
 * description of each package. Ordered by path, so that the same installation gives the same texts.
 */
export function readTexts(root: string): string[] {
  const readmes: string[] = [];
  const descriptions = new Set<string>();
  for (const path of findFiles(root)) {
    const content = readFileSync(path, 'utf8');
    if (!path.endsWith('package.json')) readmes.push(cleanText(content));
    else for (const said of describePackage(content)) descriptions.add(said);
  }
  const texts = [...readmes, [...descriptions].join('\n\n')].filter((text) => text.length > 0);
  if (texts.length === 0) throw new Error(`no README and no package description under ${root}: run npm ci`);
  return texts;
}

function* findFiles(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* findFiles(path);
    else if (entry.isFile() && (readmeName.test(entry.name) || entry.name === 'package.json')) yield path;
  }
}

function cleanText(content: string): string {
  return content
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\0', '')
    .trim();
}

function* describePackage(content: string): Generator<string> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(content);
  } catch {
    return; // packages ship broken manifests as test material
  }
  if (typeof manifest !== 'object' || manifest === null) return;
  const { name, description } = manifest as { name?: unknown; description?: unknown };
  if (typeof name !== 'string' || typeof description !== 'string') return;
  yield `${name}: ${cleanText(description)}`;
}
