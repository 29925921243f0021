/** What one run of the tests came to, in numbers that can be put together with those of another. */
import type { FileReport } from './failed-files.ts';

/** What vitest's JSON reporter leaves, as far as it is read here. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly (FileReport & {
    readonly assertionResults: readonly { readonly status: string }[];
  })[];
}

/** How many tests there were of each kind; a file that breaks before its first test counts as one failure. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The tally of one run. */
export function tallyOf(report: TestReport): Tally {
  const broken = failedFiles(report).filter((file) => file.assertionResults.length === 0).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The files of a run in which something failed. */
export const failedFiles = (report: TestReport) =>
  report.testResults.filter(({ status }) => status === 'failed');

/**
 * The tally of a run whose failed files were run once more as a whole: each test counts once, as it ended the second time.
 *
 * @param second the run of the failed files alone
 */
export function tallyOfBoth(first: TestReport, second: TestReport): Tally {
  const passedInFailed = failedFiles(first)
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => status === 'passed').length;
  const { passed, skipped } = tallyOf(first);
  const again = tallyOf(second);
  return { passed: passed - passedInFailed + again.passed, failed: again.failed, skipped };
}
