import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('nothing said: everything on SQLite, in full', () => {
  expect(readOptions([])).toMatchObject({
    only: [],
    store: 'sqlite',
    quick: false,
    fsyncDelayMs: 0,
    profile: null,
  });
});

test('workloads may be named one by one or with commas', () => {
  expect(readOptions(['--only', 'intake,bulk', '--only', 'line']).only).toEqual(['intake', 'bulk', 'line']);
});

test('a delay is told in milliseconds', () => {
  expect(readOptions(['--fsync-delay', '2ms']).fsyncDelayMs).toBe(2);
  expect(() => readOptions(['--fsync-delay', '2s'])).toThrow('2ms');
});

test('profiles go to a folder of their own when none is named', () => {
  expect(readOptions(['--profile']).profile).toBe('bench-profiles');
  expect(readOptions(['--profile=elsewhere', '--quick'])).toMatchObject({
    profile: 'elsewhere',
    quick: true,
  });
});

test('files to write are kept as they were named', () => {
  expect(readOptions(['--json', 'a.json', '--write', 'b.md'])).toMatchObject({
    json: 'a.json',
    write: 'b.md',
  });
});

test.each([
  [['--store', 'mysql'], 'sqlite or postgres'],
  [['--pairs', '0'], 'from 1 to 99'],
  [['--fast'], '--fast'],
])('%j is refused with a sentence', (args, sentence) => {
  expect(() => readOptions(args)).toThrow(sentence);
});
