import { expect, test } from 'vitest';
import { checkFile } from './architecture-rules.ts';

test.each([
  [
    'core climbs to the server',
    'core/limits.ts',
    "import { x } from '../server/context.ts';",
    /core is pure/,
  ],
  ['core reads a file', 'core/limits.ts', "import { readFileSync } from 'node:fs';", /runs in the browser/],
  ['core asks the clock', 'core/limits.ts', 'const now = Date.now();', /Take it as a parameter/],
  [
    'a stage calls a stage',
    'server/pipeline/3-upload/a.ts',
    "import { s } from '../4-submit/s.ts';",
    /never calls/,
  ],
  [
    'a stage knows a door',
    'server/pipeline/tag.ts',
    "import { d } from '../doors/http/door.ts';",
    /does not know/,
  ],
  [
    'a verb talks to a database',
    'server/operator/a.ts',
    "import { D } from 'node:sqlite';",
    /Add an operation/,
  ],
  ['a file stands nowhere', 'server/elsewhere/a.ts', "import { x } from '../context.ts';", /no folder/],
  ['the simulator looks at us', 'simulator/a.ts', "import { x } from '../core/batch.ts';", /real API/],
  [
    'a state is written by hand',
    'server/store/batches/a.ts',
    "tx.run(`update batches set state = 'done' where id = ?`)",
    /Use moveBatch/,
  ],
])('%s: refused with what to do instead', (_what, file, text, sentence) => {
  expect(checkFile(file, text)).toEqual([expect.stringMatching(sentence)]);
});

test.each([
  ['server/pipeline/3-upload/a.ts', "import { tagOf } from '../tag.ts';"],
  ['server/doors/http/a.ts', "import { v } from '../../views/batch-view.ts';"],
  ['server/store/a.ts', "tx.run(`update batches set due_at = ? where state = 'building'`)"],
])('%s may: %s', (file, text) => {
  expect(checkFile(file, text)).toEqual([]);
});
