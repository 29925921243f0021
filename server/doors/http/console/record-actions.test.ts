import { expect, test } from 'vitest';
import { nameOrder } from './record-actions.ts';

test.each([
  ['POST', '/api/batches/:id/cancel', { id: '12' }, 'cancel', 'batch 12'],
  ['DELETE', '/api/batches/:id', { id: '12' }, 'delete', 'batch 12'],
  ['POST', '/api/requests/:custom_id/redeliver', { custom_id: 'a b' }, 'redeliver', 'request a b'],
  ['POST', '/api/intake/pause', {}, 'pause', 'intake'],
  ['POST', '/api/keys', {}, 'make', 'key'],
  ['POST', '/api/console/sweeps/run', {}, 'run', 'sweep'],
])('%s %s is written down in words', (method, template, params, action, subject) => {
  expect(nameOrder(method, template, params)).toEqual({ action, subject });
});
