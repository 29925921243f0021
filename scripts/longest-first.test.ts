import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { longFiles } from './longest-first.ts';
import { root } from './run.ts';

test('every file that starts first is there', () => {
  expect(longFiles.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
