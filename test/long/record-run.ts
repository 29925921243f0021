/** Results of long tests are kept where a reader looks for them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../demo/start-service.ts';

const path = join(projectRoot, 'docs', 'long-tests.md');

/**
 * Writes the row of a test into docs/long-tests.md, in place of the one it had.
 *
 * @param name as in the table's first column
 * @param result what was seen, in one sentence with figures
 */
export function recordRun(name: string, result: string): void {
  const day = new Date().toISOString().slice(0, 10);
  const row = `| ${name} | ${day} | ${cpus().length} | ${result} |`;
  process.stdout.write(`${row}\n`);
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| ${name} |`));
  if (at < 0)
    throw new Error(`docs/long-tests.md has no row for "${name}": add one, with what the test shows`);
  lines[at] = row;
  writeFileSync(path, lines.join('\n'));
}
