/** W5 at full length: 50,000 outcomes in each phase, 5xx for 60 s, one of ten receivers hanging for 30 s. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/engine/clock.ts';
import { openTenWebhooks } from '../delivery/ten-webhooks.ts';
import { runW5 } from '../delivery/w5.ts';
import { medianOf } from '../delivery/w5-speed.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { recordRun } from './record-run.ts';

let running: TestService;
beforeAll(async () => {
  running = await startTestService();
});
afterAll(() => running.stop());

test('W5: lost 0, and nine healthy receivers keep 90 % of their places and of their speed', async () => {
  const { DELIVERY_CONCURRENCY: places } = running.service.ctx.settings;
  const figures = await runW5(running, await openTenWebhooks(places), {
    outcomes: 50_000,
    failing: () => systemClock.pause(60_000),
    hanging: () => systemClock.pause(30_000),
    speed: { rounds: 7, outcomes: 10_000 },
    withinMs: 1_500_000,
  });
  const { perSecond, speedsKept, placesKept, stumbled, lost, repeated } = figures;
  const speedKept = medianOf(speedsKept);
  expect([lost, stumbled]).toEqual([0, 0]);
  expect(placesKept).toBeGreaterThanOrEqual(0.9);
  process.stdout.write(`speeds kept: ${speedsKept.map((share) => share.toFixed(2)).join(', ')}\n`);
  expect(speedKept).toBeGreaterThanOrEqual(0.9);
  recordRun(
    'W5 webhooks',
    `${Math.round(perSecond)} outcomes a second from intake to receiver; lost ${lost}, repeated ${repeated}; while the tenth hung, nine healthy receivers kept ${Math.round(placesKept * 100)} % of their places and ${Math.round(speedKept * 100)} % of their speed (median of ${speedsKept.length} rounds of slices), and ${stumbled} of their attempts failed`,
  );
});
