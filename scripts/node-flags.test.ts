import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFlags } from '../server/node-flags.ts';
import { root } from './run.ts';

test.each([
  ['package.json', 'the start script'],
  ['server/cli.ts', 'the first line of the command'],
])('%s starts Node with the flags of the service (%s)', (file) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(`node ${nodeFlags.join(' ')}`);
});

test('the container starts Node with the flags of the service', () => {
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...nodeFlags, 'dist/server/cli.js', 'serve']);
});
