import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, makeOutcomes } from '../delivery/make-outcomes.ts';
import { OutcomeSink } from '../delivery/outcome-sink.ts';
import { until } from '../until.ts';
import { type Running, startRunning } from './running-service.for-test.ts';

let running: Running;
let sink: OutcomeSink;
beforeAll(async () => {
  sink = await new OutcomeSink().listen();
  running = await startRunning();
});
afterAll(async () => {
  await running.stop();
  await sink.close();
});

test('who gets outcomes, and how well; what failed for one is counted and delivered again', async () => {
  sink.answer = 410;
  const { url } = running.service;
  await makeOutcomes(url, 3, () => sink.url);
  const failed = async () =>
    ((await call(url, 'GET', '/api/destinations/1')) as { delivery_failed: { count: number } })
      .delivery_failed.count;
  await until(async () => (await failed()) === 3);
  const listed = await running.run(['destinations', 'list']);
  expect(listed.out).toMatch(/^1 +webhook +http:\/\/127\.0\.0\.1:\d+ +failing +0 % .* http_status_not_2xx$/m);
  expect((await running.run(['destinations', 'pause', '1'])).out).toMatch(/: paused$/m);
  expect((await running.run(['destinations', 'resume', '1'])).out).toMatch(/: failing$/m);
  const tested = await running.run(['destinations', 'test', '1', '/take']);
  expect([tested.code, tested.out]).toEqual([1, 'http_status_not_2xx (410)\n']);
  const rotated = await running.run(['destinations', 'rotate-secret', '1', '--overlap', '60']);
  expect([rotated.code, rotated.out]).toEqual([0, expect.stringMatching(/^whsec_\S{40,}\n$/)]);

  const counted = await running.run(['redeliver', '--destination', '1', '--dry-run']);
  expect(counted.out).toBe('3 outcomes would be delivered again.\n');
  expect(sink.taken.size).toBe(0);
  sink.answer = 'take';
  expect((await running.run(['redeliver', '--destination', '1'])).out).toMatch(
    /^3 outcomes .*: redelivery 1\.$/m,
  );
  await until(() => sink.taken.size === 3);
  const late = await running.run(['redeliver', '--abort', '1']);
  expect([late.code, late.err]).toEqual([1, expect.stringMatching(/has ended/)]);
});
