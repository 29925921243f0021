/** W5 over RabbitMQ with one of ten queues ill: 50,000 outcomes in each phase; full for 60 s; one hangs for 30 s. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/engine/clock.ts';
import { type OwnBroker, startOwnBroker } from '../broker/own-broker.ts';
import { openTenQueues } from '../delivery/ten-queues.ts';
import { runW5 } from '../delivery/w5.ts';
import { medianOf } from '../delivery/w5-speed.ts';
import { startTestService, type TestService } from '../start-test-service.ts';
import { recordRun } from './record-run.ts';

let own: OwnBroker;
let running: TestService;
beforeAll(async () => {
  own = await startOwnBroker();
  running = await startTestService({ RABBITMQ_URL: own.url });
}, 180_000);
afterAll(async () => {
  await running?.stop();
  await own?.remove();
}, 60_000);

test('W5 over RabbitMQ: lost 0, and nine healthy queues keep 90 % of their places and of their speed', async () => {
  const figures = await runW5(running, await openTenQueues(own, running.url), {
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
    'w5-queues',
    `${Math.round(perSecond)} outcomes a second from intake to queue; lost ${lost}, repeated ${repeated} of the nine; while the tenth hung, nine healthy queues kept ${Math.round(placesKept * 100)} % of their places and ${Math.round(speedKept * 100)} % of their speed (median of ${speedsKept.length} rounds of slices), and ${stumbled} of their attempts failed`,
  );
});
