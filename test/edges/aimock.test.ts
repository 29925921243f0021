/**
 * A small run against a provider that is not ours: our client must not only be right about our own simulator. The
 * stand-in answers the second question about a batch with its end.
 */
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReceiver } from '../../demo/receiver.ts';
import { createSecret } from '../../demo/start-service.ts';
import { type Api, openApi } from '../call-api.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';

const secret = createSecret();
let provider: LLMock;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let service: TestService;
let api: Api;

beforeAll(async () => {
  provider = new LLMock({ port: 0, host: '127.0.0.1' });
  const url = await provider.start();
  receiver = await startReceiver({ secret });
  service = await startTestService({
    OPENAI_BASE_URL: `${url}/v1`,
    WEBHOOK_SECRET: secret,
    BATCH_MAX_AGE_MS: 50,
    POLL_INTERVAL_MS: 50,
    RETRY_FASTER: 100,
  });
  api = await openApi(service.url);
});
afterAll(async () => {
  await service.stop();
  await receiver.close();
  await provider.stop();
});

test('a stand-in of other people takes our files and batches, and its results are delivered', async () => {
  const lines = Array.from({ length: 20 }, (_, n) => ({
    custom_id: `aimock-${n}`,
    method: 'POST',
    url: '/v1/chat/completions',
    delivery_config: { type: 'webhook', webhook_url: `${receiver.url}/outcomes` },
    body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `count to ${n}` }] },
  }));
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { json } = await api.call('POST', '/api/requests/bulk', { body, type: 'application/jsonl' });
  expect(json.accepted).toBe(lines.length);
  await receiver.waitFor(({ delivered }) => delivered === lines.length, AbortSignal.timeout(60_000));
  expect(receiver.count()).toMatchObject({ byOutcome: { succeeded: 20 }, duplicates: 0, wrong: 0 });
  for (const { line } of receiver.deliveries.values()) {
    const { response } = line as { response: { body: { choices: { message: { content: string } }[] } } };
    expect(response.body.choices[0]?.message.content).toBe('Mock batch completion');
  }
  await until(async () => (await api.call('GET', '/api/batches')).json.data[0].state === 'done');
  const [batch, ...more] = (await api.call('GET', '/api/batches')).json.data;
  expect(more).toEqual([]);
  expect(batch).toMatchObject({ sent_count: 20, output_lines: 20, missing_lines: 0, unknown_lines: 0 });
});
