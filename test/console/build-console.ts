/** The console, built once for its sources: the folder's name is their hash, so a second run finds it there. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../../scripts/run.ts';

const cache = join(root, 'node_modules', '.cache');

/** @returns the folder of the build */
export async function buildConsole(): Promise<string> {
  const files = globSync(['web/**/*.*', 'core/**/*.ts', 'package-lock.json'], { cwd: root });
  const hash = createHash('sha256');
  for (const file of files.toSorted()) hash.update(file).update(readFileSync(join(root, file)));
  const folder = join(cache, `console-built-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  for (const old of globSync('console-*', { cwd: cache })) {
    rmSync(join(cache, old), { recursive: true, force: true });
  }
  mkdirSync(cache, { recursive: true });
  // As it is shipped: the test runner's own NODE_ENV would build React for development.
  const fresh = mkdtempSync(join(root, 'node_modules', '.console-'));
  const { code, output } = await run('env', [
    'NODE_ENV=production',
    'vite',
    'build',
    'web',
    '--outDir',
    fresh,
    '--logLevel',
    'warn',
  ]);
  if (code !== 0) throw new Error(`the console does not build:\n${output}`);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    // Another run was first; its build is of the same sources.
    if (!existsSync(folder)) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
