import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from '../start-test-service.ts';
import { runW5 } from './w5.ts';

let running: TestService;
beforeAll(async () => {
  running = await startTestService({ RETRY_FASTER: 50, WEBHOOK_TIMEOUT_MS: 1_000 });
});
afterAll(() => running.stop());

test('W5, short: failing receivers lose nothing, and a hanging one of ten takes nothing from nine', {
  timeout: 120_000,
}, async () => {
  const figures = await runW5(running, {
    outcomes: 1_000,
    failing: async () => {},
    hanging: async () => {},
    withinMs: 60_000,
  });
  process.stdout.write(`W5 short: ${JSON.stringify(figures)}\n`);
  expect(figures.lost).toBe(0);
  expect(figures.repeated).toBe(0);
  expect(figures.placesKept).toBeGreaterThanOrEqual(0.9);
});
