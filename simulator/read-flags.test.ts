import { expect, test } from 'vitest';
import { realTiming } from './options.ts';
import { readFlags, usage } from './read-flags.ts';
import { catalogue } from './scripts/catalogue.ts';

test('flags come first, then the environment, then the defaults', () => {
  const environment = { SIMULATOR_PORT: '1', SIMULATOR_SCALE: '60', SIMULATOR_SCRIPT: 'no-usage, late-list' };
  expect(
    readFlags(['--port', '0', '--timing', 'real', '--token-cap', 'a=1', '--token-cap', 'b=2'], environment),
  ).toEqual({
    port: 0,
    clock: { kind: 'real', scale: 60 },
    timing: realTiming,
    scripts: ['no-usage', 'late-list'],
    tokenCaps: { a: 1, b: 2 },
    answerBytes: undefined,
    seed: 1,
  });
  expect(readFlags([], {})).toMatchObject({ port: 4010, scripts: [] });
});

test('help names every script', () => {
  expect(readFlags(['--help'], {})).toBeNull();
  for (const { name } of catalogue) expect(usage).toContain(name);
});

test.each([
  ['--port', 'x'],
  ['--scale', '0'],
  ['--timing', 'soon'],
  ['--token-cap', 'gpt'],
  ['--nonsense', '1'],
])('it says that %s %s is wrong', (flag, value) => {
  expect(() => readFlags([flag, value], {})).toThrow(flag);
});
