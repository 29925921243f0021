/** Which waiting batch goes next, through the real doors in simulated time. Rules C2 and C5. */
import { expect, test } from 'vitest';
import { type CapacityLine, listBatches, startCapacityLine, succeeded } from './capacity-line.ts';

const minute = 60_000;
const hour = 60 * minute;
const timing = { validateMs: 20_000, runMs: 120_000, finalizeMs: 5_000 };

const rateLimited = {
  status: 429,
  error: { message: 'Rate limit reached for requests.', type: 'requests', code: 'rate_limit_exceeded' },
};
const away = { status: 503, error: { message: 'The engine is overloaded.', type: 'server_error' } };

/** Our numbers of the batches that were created, in that order; a batch of ours is named in its tag. */
function createdInOrder({ simulator }: CapacityLine): number[] {
  return simulator.seen().batches.map(({ batch }) => {
    const { openai_batch_manager: tag } = batch['metadata'] as Record<string, string>;
    return Number(tag?.split(':')[1]);
  });
}

test.each([
  ['refused', rateLimited],
  ['of unknown end', away],
])('one whose creation is %s blocks none of its family, and goes when it can', async (_, answer) => {
  const stuck = '/v1/responses' as const;
  const line = await startCapacityLine(
    {
      timing,
      scripts: [
        { on: 'call', route: 'batches.create', match: { endpoint: stuck }, until: 'lifted', do: answer },
      ],
    },
    { BATCH_MAX_REQUESTS: 1, TOKEN_CAPS: 'gpt-4o-mini=25000' },
  );
  await line.post('stuck', [{ endpoint: stuck }]);
  await line.post('sound', Array(6).fill({ pictures: 10 }));
  await line.until(async () => (await succeeded(line)) === 6, hour);
  const [oldest] = await listBatches(line);
  expect(oldest).toMatchObject({ id: 1, succeeded_count: 0 });
  expect(['uploaded', 'waiting_for_capacity']).toContain(oldest?.state);
  line.simulator.lift();
  await line.until(async () => (await succeeded(line)) === 7, hour);
  expect(createdInOrder(line).at(-1)).toBe(1);
  expect(line.simulator.summary()).toMatchObject({ lines: 7, duplicates: 0 });
});

test('smaller ones pass a large one for half an hour; then room is kept for it', async () => {
  const line = await startCapacityLine(
    { timing: { ...timing, runMs: 10 * minute } },
    { BATCH_MAX_REQUESTS: 1, TOKEN_CAPS: 'gpt-4o-mini=100000' },
    minute,
  );
  let sent = 0;
  const sendSmall = async (count: number) => {
    await line.post(`small-${sent}`, Array(count).fill({ pictures: 20 }));
    sent += count;
  };
  const pass = async (ms: number) => {
    const until = line.clock.now() + ms;
    await line.until(() => line.clock.now() >= until, 2 * ms);
  };
  // Two every few minutes, so that they end two by two: all together they would leave room for the large one.
  for (const created of [2, 4, 6]) {
    await sendSmall(2);
    await line.until(() => createdInOrder(line).length === created, hour);
    await pass(3 * minute);
  }
  await line.post('large', [{ pictures: 115 }]);
  const large = 7;
  const waiting = async (id: number) => (await listBatches(line)).find((batch) => batch.id === id)?.waiting;
  await line.until(async () => (await waiting(large)) !== null, hour);
  expect(await waiting(large)).toMatchObject({ for: 'room', cap: 100_000, cap_source: 'operator' });
  /** Who has waited because room was kept. */
  const stoodBack = new Set<number>();
  const sentSince = line.clock.now();
  for (let round = 0; !createdInOrder(line).includes(large); round++) {
    expect(round).toBeLessThan(30);
    // More than fit: whenever there is a little room, somebody small wants it.
    await sendSmall(4);
    await pass(3 * minute);
    for (const { id, waiting } of await listBatches(line)) {
      if (waiting?.for !== 'turn') continue;
      expect(waiting.reason).toContain('Room is kept for an older batch');
      stoodBack.add(id);
    }
  }
  expect(line.clock.now() - sentSince).toBeGreaterThan(hour / 2);
  expect(stoodBack.size).toBeGreaterThan(0);
  await line.until(async () => (await succeeded(line)) === sent + 1, 5 * hour);

  const order = createdInOrder(line);
  const place = order.indexOf(large);
  // Some have passed it within its half hour, and nobody of those that stood back.
  expect(place).toBeGreaterThanOrEqual(8);
  for (const id of stoodBack) expect(order.indexOf(id)).toBeGreaterThan(place);
});

test('embedding requests have a cap of their own, and a batch that waits for it says so', async () => {
  const line = await startCapacityLine(
    { timing, scripts: [{ on: 'batch', do: { hold: { status: 'in_progress' }, progress: 0 } }] },
    {},
    20_000,
  );
  // 21 batches, each of 50,000 inputs: as many as OpenAI takes in one.
  for (let part = 0; part < 21; part++) await line.post(`embed-${part}`, Array(25).fill({ inputs: 2_000 }));
  await line.until(async () => (await listBatches(line)).length === 21, hour);
  const inState = async (state: string) =>
    (await listBatches(line)).filter((batch) => batch.state === state).map(({ id }) => id);
  await line.until(async () => (await inState('openai_processing')).length === 20, 2 * hour);
  const held = async () => (await listBatches(line)).find(({ waiting }) => waiting?.for === 'room');
  await line.until(async () => (await held()) !== undefined, hour);
  const { waiting } = (await held()) ?? {};
  expect(waiting).toMatchObject({
    for: 'room',
    reserved_requests: 1_000_000,
    request_cap: 1_000_000,
    requests: 50_000,
    frees_next: 1,
    next_try_at: expect.any(String),
  });
  expect(waiting.reason).toContain('1,000,000 of 1,000,000 embedding requests');
  await line.call('POST', '/api/batches/1/cancel');
  await line.until(async () => (await inState('waiting_for_capacity')).length === 0, hour);
  expect(createdInOrder(line)).toHaveLength(21);
});
