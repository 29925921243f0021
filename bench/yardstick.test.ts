import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { measureYardstick } from './yardstick.ts';

test('the yardstick is laid to every core', async () => {
  const micros = await measureYardstick();
  expect(micros).toHaveLength(availableParallelism());
  for (const each of micros) expect(each).toBeGreaterThan(0);
});
