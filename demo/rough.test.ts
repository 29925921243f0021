/** `npm run demo -- --rough`, small: a provider that misbehaves in many ways at once loses and doubles nothing. */
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { catalogue } from '../simulator/index.ts';
import { roughScripts } from './rough.ts';
import { childEnvironment, projectRoot } from './start-service.ts';

function run(...args: string[]): Promise<{ code: number; lastLine: string }> {
  return new Promise((resolve) => {
    const options = { cwd: projectRoot, env: childEnvironment({}), timeout: 170_000 };
    execFile(process.execPath, ['demo/main.ts', ...args], options, (error, stdout) => {
      const lastLine = stdout.trimEnd().split('\n').at(-1) ?? '';
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), lastLine });
    });
  });
}

test('the rough demo loses nothing and doubles nothing', { timeout: 180_000 }, async () => {
  const { code, lastLine } = await run('--rough', '--requests', '60');
  expect(lastLine).toMatch(/^demo: accepted=60 delivered=60 lost=0 duplicates=0 /);
  expect(code).toBe(0);
});

test('it does several things that the simulator knows', () => {
  const names = new Set(catalogue.map(({ name }) => name));
  expect(roughScripts.filter((name) => !names.has(name))).toEqual([]);
  expect(roughScripts.length).toBeGreaterThan(10);
});
