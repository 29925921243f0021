/**
 * Files that show what a reviewer cannot see in code. Without arguments they are written; with `--check` they are
 * compared, and a difference names the command that accepts it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeGoldens } from './make-goldens.ts';
import { root } from './run.ts';

const check = process.argv.includes('--check');
const goldens = await makeGoldens();
let different = 0;
for (const { path, content } of goldens) {
  const full = join(root, path);
  const now = existsSync(full) ? readFileSync(full, 'utf8') : null;
  if (now === content) continue;
  if (check) {
    different += 1;
    process.stdout.write(
      `${path} is not what the code says. Read the change, then accept it: npm run goldens\n`,
    );
    continue;
  }
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  process.stdout.write(`wrote ${path}\n`);
}
process.stdout.write(`${goldens.length} golden files, ${different} different\n`);
process.exitCode = different === 0 ? 0 : 1;
