/**
 * Runs the tests and ends with the line `N passed, N failed, N skipped`, true to the run.
 *
 * Arguments go to vitest: a file, `--coverage`, …
 * With CI_SECOND_CHANCE set, files that failed are run once more, whole and by themselves, and named at the end: CI shares
 * its cores with others. By hand nothing is repeated.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteFailed } from './failed-files.ts';
import { run } from './run.ts';
import { failedFiles, type TestReport, tallyOf, tallyOfBoth } from './test-report.ts';

const given = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-tests-'));

async function runTests(args: readonly string[]) {
  const path = join(folder, `report-${args.length}.json`);
  const { code } = await run(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${path}`, ...args],
    { echo: true },
  );
  const report = JSON.parse(readFileSync(path, 'utf8')) as TestReport;
  noteFailed(report.testResults);
  return { code, report };
}

let line = '0 passed, 1 failed, 0 skipped';
try {
  const first = await runTests(given);
  let { code } = first;
  let tally = tallyOf(first.report);
  const again = failedFiles(first.report).map(({ name }) => name);
  if (again.length > 0 && process.env['CI_SECOND_CHANCE'] !== undefined) {
    const options = given.filter((argument) => argument.startsWith('-'));
    const second = await runTests([...options, '--no-file-parallelism', ...again]);
    code = second.code;
    tally = tallyOfBoth(first.report, second.report);
    process.stdout.write(`\nRun a second time, since they had failed:\n${again.join('\n')}\n`);
  }
  const failed = code !== 0 && tally.failed === 0 ? 1 : tally.failed;
  line = `${tally.passed} passed, ${failed} failed, ${tally.skipped} skipped`;
  process.exitCode = code;
} catch (error) {
  process.stderr.write(`The test run left no report: ${String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`\n${line}\n`);
