/** Our clock and OpenAI's may differ by hours: what was created is found all the same, and nothing is bought twice. */
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../server/engine/clock.ts';
import type { Simulator } from '../../simulator/index.ts';
import { openApi } from '../call-api.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { startFaulty } from './edge-line.ts';
import { chatRows } from './expectations.ts';

const hour = 3_600_000;

let simulator: Simulator;
let running: TestService;
afterEach(async () => {
  await running.stop();
  await simulator.close();
});

test.each([
  ['ahead of it', 3 * hour],
  ['behind it', -3 * hour],
])('an answer is lost while our clock is %s and the list lags by a minute', async (_, offset) => {
  // A minute at the provider is 0.3 s here.
  simulator = await startFaulty(['lost-create-reply', 'late-list'], 200);
  const settings = {
    OPENAI_BASE_URL: simulator.url,
    BATCH_MAX_AGE_MS: 50,
    POLL_INTERVAL_MS: 50,
    SUBMIT_LOOKS_MS: '0,150,600,1500',
    RETRY_FASTER: 1_000,
  };
  running = await startTestService(settings, { clock: { ...systemClock, now: () => Date.now() + offset } });
  const api = await openApi(running.url);
  // Not delivered: a receiver would refuse the time of each signature.
  const delivery_config = { type: 'none' };
  for (const { n, url, body } of chatRows(3)) {
    const posted = { custom_id: `row-${n}`, method: 'POST', url, delivery_config, body };
    expect((await api.call('POST', '/api/requests', { body: posted })).status).toBe(202);
  }
  const batches = async () => (await api.call('GET', '/api/batches')).json.data;
  await until(async () => {
    const all = await batches();
    return all.every(({ ended_at }: { ended_at: string | null }) => ended_at !== null);
  }, 40_000);
  const ours = (await batches()).map((batch: { openai_batch_id: string }) => batch.openai_batch_id);
  expect(ours.sort()).toEqual(
    simulator
      .seen()
      .batches.map(({ batch }) => batch.id)
      .sort(),
  );
  expect(simulator.summary()).toMatchObject({ lines: 3, duplicates: 0, paidTwice: 0 });
});
