import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeEnvironment, nodeFlags } from '../server/node-flags.ts';
import { root } from './run.ts';

test.each([
  ['package.json', 'the start script'],
  ['server/cli.ts', 'the first line of the command'],
])('%s starts Node with the flags of the service (%s)', (file) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(`node ${nodeFlags.join(' ')}`);
});

test.each([
  ['server/cli.ts', /^#!.*$/m],
  ['Dockerfile', /^ENV .*$/m],
])('%s sets what the service wants of its environment', (file, line) => {
  const [found] = line.exec(readFileSync(join(root, file), 'utf8')) ?? [];
  for (const [name, value] of Object.entries(nodeEnvironment)) expect(found).toContain(`${name}=${value}`);
});

test('the container starts Node with the flags of the service', () => {
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...nodeFlags, 'dist/server/cli.js', 'serve']);
});
