/** Runs again the test files that failed the last time. */
import { readFailed } from './failed-files.ts';
import { run } from './run.ts';

const files = readFailed();
const long = files.filter((file) => file.endsWith('.long.ts'));
const short = files.filter((file) => !file.endsWith('.long.ts'));
if (files.length === 0) process.stdout.write('No test file failed the last time.\n');
for (const [some, config] of [
  [short, []],
  [long, ['--config', 'vitest.long.config.ts']],
] as const) {
  if (some.length === 0) continue;
  const { code } = await run('node', ['scripts/test.ts', ...config, ...some], { echo: true });
  if (code !== 0) process.exitCode = code;
}
