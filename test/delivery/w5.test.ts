import { afterEach, expect, onTestFinished, test } from 'vitest';
import { startOwnBroker } from '../broker/own-broker.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { openTenQueues } from './ten-queues.ts';
import { openTenWebhooks } from './ten-webhooks.ts';
import { type Receivers, runW5 } from './w5.ts';

let running: TestService;
afterEach(() => running.stop());
const settings = { RETRY_FASTER: 50, WEBHOOK_TIMEOUT_MS: 1_000 };

async function expectFair(receivers: Receivers, name: string): Promise<void> {
  const speed = { rounds: 1, outcomes: 500 };
  const size = { failing: async () => {}, hanging: async () => {}, speed, withinMs: 60_000 };
  const figures = await runW5(running, receivers, { outcomes: 1_000, ...size });
  process.stdout.write(`W5 short, ${name}: ${JSON.stringify(figures)}\n`);
  expect([figures.lost, figures.stumbled]).toEqual([0, 0]);
  expect(figures.repeated).toBe(0);
  // So few outcomes say nothing about speed: that is for the long tests to judge.
  expect(figures.speedsKept).toHaveLength(1);
  expect(figures.placesKept).toBeGreaterThanOrEqual(0.9);
}

test('W5, short: failing receivers lose nothing, and a hanging one of ten takes nothing from nine', async () => {
  running = await startTestService(settings);
  await expectFair(await openTenWebhooks(running.service.ctx.settings.DELIVERY_CONCURRENCY), 'webhooks');
});

test('W5 over RabbitMQ, short: queues that refuse lose nothing, and one of ten that hangs takes nothing from nine', {
  timeout: 240_000,
}, async () => {
  const own = await startOwnBroker();
  onTestFinished(() => own.remove());
  running = await startTestService({ ...settings, RABBITMQ_URL: own.url });
  await expectFair(await openTenQueues(own, running.url), 'queues');
});
