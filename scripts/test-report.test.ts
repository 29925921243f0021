import { expect, test } from 'vitest';
import { type TestReport, tallyOf, tallyOfBoth } from './test-report.ts';

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.length > 0 && statuses.every((status) => status !== 'failed') ? 'passed' : 'failed',
  assertionResults: statuses.map((status) => ({ status })),
});
function report(...testResults: ReturnType<typeof file>[]): TestReport {
  const count = (wanted: string) =>
    testResults.flatMap((f) => f.assertionResults).filter(({ status }) => status === wanted).length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: 0,
    testResults,
  };
}

test('a file that breaks before its first test counts as one failure', () => {
  expect(tallyOf(report(file('a', 'passed', 'pending'), file('b')))).toEqual({
    passed: 1,
    failed: 1,
    skipped: 1,
  });
});

test('a second run of the failed files counts each test once, as it ended then', () => {
  const first = report(file('a', 'passed', 'passed'), file('b', 'passed', 'failed'), file('c'));
  const second = report(file('b', 'passed', 'passed'), file('c', 'passed', 'failed'));
  expect(tallyOfBoth(first, second)).toEqual({ passed: 5, failed: 1, skipped: 0 });
});
