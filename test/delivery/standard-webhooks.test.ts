/** A receiver written with `standardwebhooks` alone: it verifies every delivery, over attempts, redelivery, rotation. */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

const installationSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let running: TestService;
let sink: OutcomeSink;
beforeAll(async () => {
  sink = await new OutcomeSink({ keeps: true }).listen();
  running = await startTestService({ WEBHOOK_SECRET: installationSecret, RETRY_FASTER: 100 });
});
afterAll(async () => {
  await running.stop();
  await sink.close();
});

/** What the receiver would do, and nothing else. */
function verify(secret: string, from: number): string[] {
  const webhook = new Webhook(secret);
  return sink.kept.slice(from).map(({ content, headers }) => {
    const outcome = webhook.verify(content, headers as Record<string, string>) as { custom_id: string };
    return outcome.custom_id;
  });
}
const arrive = (count: number) => until(() => sink.kept.length >= count);
const destination = async () => {
  const { data } = (await call(running.url, 'GET', '/api/destinations')) as { data: { id: number }[] };
  return `/api/destinations/${data[0]?.id}`;
};

test('it verifies attempts, redelivery, and both sides of a rotation', async () => {
  const { url } = running;
  sink.answer = 503;
  await makeOutcomes(url, 20, () => sink.url);
  await until(() => sink.refused >= 20);
  sink.answer = 'take';
  await arrive(20);
  const names = verify(installationSecret, 0);
  expect(new Set(names).size).toBe(20);
  expect(sink.kept.some(({ headers }) => Number(headers['x-batcher-attempt']) > 1)).toBe(true);

  // The same id and the same bytes once more.
  await until(
    async () => ((await call(url, 'GET', '/api/requests/r3')) as { state: string }).state === 'delivered',
  );
  await call(url, 'POST', '/api/requests/r3/redeliver');
  await arrive(21);
  expect(verify(installationSecret, 20)).toEqual(['r3']);
  const [first, again] = sink.kept.filter(({ customId }) => customId === 'r3');
  expect([again?.id, again?.content.equals(first?.content ?? Buffer.alloc(0))]).toEqual([first?.id, true]);

  // While rotating, receivers with the old secret and with the new one both verify.
  const rotate = async (body: object) =>
    ((await call(url, 'POST', `${await destination()}/rotate-secret`, { body })) as { secret: string })
      .secret;
  const second = await rotate({});
  expect(second).toMatch(/^whsec_/);
  await call(url, 'POST', '/api/requests/r4/redeliver');
  await arrive(22);
  expect(verify(installationSecret, 21)).toEqual(['r4']);
  expect(verify(second, 21)).toEqual(['r4']);

  // Two at a time: the one before the last is out.
  const third = await rotate({});
  await call(url, 'POST', '/api/requests/r5/redeliver');
  await arrive(23);
  expect([verify(second, 22), verify(third, 22)]).toEqual([['r5'], ['r5']]);
  expect(() => verify(installationSecret, 22)).toThrow(/No matching signature/);

  // Without an overlap the old one ends at once.
  const fourth = await rotate({ overlap_s: 0 });
  await call(url, 'POST', '/api/requests/r6/redeliver');
  await arrive(24);
  expect(verify(fourth, 23)).toEqual(['r6']);
  expect(() => verify(third, 23)).toThrow(/No matching signature/);

  // A test message is signed like the rest.
  await call(url, 'POST', `${await destination()}/test`, { body: { path: '/take' } });
  await arrive(25);
  expect(verify(fourth, 24)).toEqual(['test']);
});
