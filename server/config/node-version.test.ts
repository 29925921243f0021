import { expect, test } from 'vitest';
import { nodeComplaint } from './node-version.ts';

test.each(['v24.0.0', 'v24.21.0', 'v26.1.0'])('%s will do', (version) => {
  expect(nodeComplaint(version)).toBeNull();
});

test.each(['v20.20.2', 'v22.18.0', 'v8.0.0', ''])('"%s" is told what is needed', (version) => {
  expect(nodeComplaint(version)).toMatch(/needs Node\.js 24 or newer; this is/);
});
