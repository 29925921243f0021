import { expect, test } from 'vitest';
import { targetOf } from '../../web/src/lib/target.ts';

test.each([
  [{ type: 'none' }, null],
  [{ type: 'webhook', webhook_url: 'https://a.example/x' }, 'https://a.example/x'],
  [{ type: 'rabbitmq', rabbitmq_queue: 'answers' }, 'queue answers'],
  [
    { type: 'rabbitmq', rabbitmq_exchange: 'jobs', rabbitmq_routing_key: 'a.b' },
    'exchange jobs, routing key a.b',
  ],
  [{ type: 'rabbitmq', rabbitmq_exchange: 'jobs' }, 'exchange jobs, routing key (empty)'],
] as const)('%o is told as %s', (config, told) => {
  expect(targetOf(config)).toBe(told);
});
