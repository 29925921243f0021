/**
 * Runs the tests and ends with the line `N passed, N failed, N skipped`, true to the run.
 *
 * Arguments go to vitest: a file, `--coverage`, …
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteFailed } from './failed-files.ts';
import { run } from './run.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-tests-'));
const reportPath = join(folder, 'report.json');
const { code } = await run(
  'vitest',
  [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportPath}`,
    ...process.argv.slice(2),
  ],
  { echo: true },
);
let line = '0 passed, 1 failed, 0 skipped';
try {
  const report = JSON.parse(readFileSync(reportPath, 'utf8')) as Report;
  // A file that breaks before its first test counts as one failure.
  const broken = report.testResults.filter(
    (f) => f.status === 'failed' && f.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  const skipped = report.numPendingTests + report.numTodoTests;
  noteFailed(report.testResults);
  line = `${report.numPassedTests} passed, ${code !== 0 && failed === 0 ? 1 : failed} failed, ${skipped} skipped`;
} catch (error) {
  process.stderr.write(`The test run left no report: ${String(error)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`\n${line}\n`);
process.exitCode = code;
