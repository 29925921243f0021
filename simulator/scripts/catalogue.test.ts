/** Each named script does what its line of documentation says. */
import { expect, test } from 'vitest';
import { startKit } from '../kit.for-test.ts';
import { batchChecks } from './batch-checks.for-test.ts';
import { callChecks } from './call-checks.for-test.ts';
import { catalogue } from './catalogue.ts';
import { rowChecks } from './row-checks.for-test.ts';

const checks = { ...callChecks, ...batchChecks, ...rowChecks };

test('every script has a check and a line of documentation', () => {
  expect(Object.keys(checks).sort()).toEqual(catalogue.map(({ name }) => name).sort());
  for (const { doc } of catalogue) expect(doc).toMatch(/^[A-Z][^\n]+\.$/);
});

test.each(catalogue.map(({ name, doc }) => [name, doc]))('%s: %s', async (name) => {
  const kit = await startKit({ scripts: [name] });
  await checks[name]?.(kit);
});
