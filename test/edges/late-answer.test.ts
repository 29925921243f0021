/** A replica that lost its lease while it created a batch records the id late: the next holder follows that batch. */
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { type Api, openApi } from '../call-api.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';

let simulator: Simulator;
let service: TestService;
let api: Api;
beforeAll(async () => {
  simulator = await startSimulator();
  simulator.addScript('funding-block');
  service = await startTestService({
    OPENAI_BASE_URL: simulator.url,
    BATCH_MAX_AGE_MS: 20,
    POLL_INTERVAL_MS: 20,
  });
  api = await openApi(service.url);
});
afterAll(async () => {
  await service.stop();
  await simulator.close();
});

test('a batch id that is recorded after the intent was given up is followed, not bought again', async () => {
  const delivery_config = { type: 'none' };
  const body = { model: 'gpt-4o-mini', input: 'Who was first?' };
  const line = { custom_id: 'late', method: 'POST', url: '/v1/responses', delivery_config, body };
  expect((await api.call('POST', '/api/requests', { body: line })).status).toBe(202);
  const look = async () => (await api.call('GET', '/api/batches')).json.data[0];
  await until(async () => (await look())?.state === 'waiting_for_capacity');

  // What the late replica did: created at the provider, then recorded where nobody had recorded another.
  simulator.lift();
  const { id, openai_input_file_id } = await look();
  const openai = new OpenAI({ apiKey: 'sk-test-0000', baseURL: simulator.url, maxRetries: 0 });
  const late = await openai.batches.create({
    input_file_id: openai_input_file_id,
    endpoint: '/v1/responses',
    completion_window: '24h',
  });
  const { store, clock, wakeUps } = service.service.ctx;
  const facts = { openai_batch_id: late.id, openai_created_at: clock.now(), due_at: clock.now() };
  expect(await store.recordFacts({ batchId: id, first: 'openai_batch_id', facts })).not.toBeNull();
  wakeUps.wake('submit');

  await until(async () => (await look()).state === 'done', 20_000);
  expect(await look()).toMatchObject({ openai_batch_id: late.id, output_lines: 1 });
  expect(simulator.summary()).toMatchObject({ batches: 1, lines: 1, duplicates: 0 });
});
