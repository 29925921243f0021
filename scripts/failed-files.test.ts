import { expect, test } from 'vitest';
import { stillFailing } from './failed-files.ts';

const file = (name: string, status: string) => ({ name, status });

test('a file stays on the list until it has been run again and passed', () => {
  expect(stillFailing([], [file('a', 'passed'), file('b', 'failed')])).toEqual(['b']);
  expect(stillFailing(['b'], [file('a', 'failed')])).toEqual(['a', 'b']);
  expect(stillFailing(['a', 'b'], [file('a', 'passed'), file('b', 'failed')])).toEqual(['b']);
  expect(stillFailing(['b'], [file('b', 'passed')])).toEqual([]);
});
