/** The quick command: format, lint, types, architecture, golden files. No service, no network, under 20 s. */
import { run } from './run.ts';

const checks = [
  { name: 'format and lint', command: 'biome', args: ['check', '.'] },
  { name: 'types', command: 'tsc', args: ['--noEmit'] },
  { name: 'types of the console', command: 'tsc', args: ['--noEmit', '-p', 'web'] },
  { name: 'architecture', command: 'node', args: ['scripts/architecture.ts'] },
  { name: 'golden files', command: 'node', args: ['scripts/goldens.ts', '--check'] },
] as const;

const results = await Promise.all(
  checks.map(async (check) => ({ ...check, ...(await run(check.command, check.args)) })),
);
for (const { name, code, output, seconds } of results) {
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)\n`);
  if (code !== 0) process.stdout.write(`${output}\n`);
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;
