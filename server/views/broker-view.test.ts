import { expect, test } from 'vitest';
import type { LinkState } from '../channels/rabbitmq/link.ts';
import { type BrokerParts, summarizeBroker } from './broker-view.ts';

const link = (state: LinkState) => ({ standing: { state, broker: 'host:5672', since: 0, reason: null } });
const parts = (
  publishing: LinkState,
  consuming: LinkState,
  input: 'off' | 'consuming' | 'resting',
): BrokerParts => ({
  publishing: link(publishing),
  consuming: link(consuming),
  input: { queue: 'q', standing: { state: input, reason: null } },
});

test.each([
  [parts('connected', 'connected', 'consuming'), 'connected'],
  [parts('connected', 'connected', 'resting'), 'input resting'],
  [parts('waiting', 'connected', 'consuming'), 'publishing waiting'],
  [parts('blocked', 'connecting', 'off'), 'publishing blocked, consuming connecting'],
  // A worker: it takes no requests in.
  [parts('connected', 'stopped', 'off'), 'connected'],
  [null, 'not configured'],
])('case %#', (given, words) => {
  expect(summarizeBroker(given)).toBe(words);
});
