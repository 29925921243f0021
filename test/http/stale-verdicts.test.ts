/** A name that was good once: how long intake believes it, on a clock that the test moves. */
import { expect, onTestFinished, test } from 'vitest';
import type { Lookup } from '../../server/channels/network-guard.ts';
import { openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { MovedClock } from '../moved-clock.ts';
import { startTestService } from '../start-test-service.ts';

const minute = 60_000;

test('a verdict older than ten minutes is not believed: the name is looked up before the request is taken', async () => {
  const clock = new MovedClock();
  let address = '93.184.216.34';
  let asked = 0;
  const lookup: Lookup = async () => {
    asked += 1;
    return [{ address, family: 4 }];
  };
  const running = await startTestService({}, { clock, lookup });
  onTestFinished(() => clock.moveUntil(running.stop(), minute));
  const api = await openApi(running.url);
  const delivery_config = { type: 'webhook', webhook_url: 'https://changing.example/take' };
  const post = async (id: string) =>
    (await api.call('POST', '/api/requests', { body: makePost(id, { delivery_config }) })).status;

  expect(await post('first')).toBe(202);
  address = '169.254.169.254';
  clock.move(minute / 2);
  expect([await post('within its time'), asked]).toEqual([202, 1]);
  // Beyond it the request that asks is taken still, and the next one meets what has been found meanwhile.
  clock.move(9 * minute);
  expect([await post('beside the look'), asked]).toEqual([202, 2]);
  expect(await post('after it')).toBe(422);
  address = '93.184.216.34';
  clock.move(10 * minute + 1);
  expect([await post('much later'), asked]).toEqual([202, 3]);
  address = '169.254.169.254';
  clock.move(10 * minute + 1);
  expect([await post('much later again'), asked]).toEqual([422, 4]);
});
