/**
 * Want of money, through the real doors in simulated time: the key is held, shown as held, and goes on by itself;
 * nothing fails and no try is counted.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { Rule } from '../../simulator/index.ts';
import { OutcomeSink } from '../delivery/outcome-sink.ts';
import { type CapacityLine, listBatches, startCapacityLine } from './capacity-line.ts';

const hour = 3_600_000;
const stepMs = 60_000;
const timing = { validateMs: 30_000, runMs: 120_000, finalizeMs: 30_000 };
const batches = 5;
const rows = 2 * batches;

/** A try that was counted would be the last one. */
const oneTry = { BATCH_MAX_REQUESTS: 2, CALL_MAX_TRIES: 1 };

/** Five batches, and the door to which their outcomes go. */
async function startPoor(script: string | Rule): Promise<{ line: CapacityLine; sink: OutcomeSink }> {
  const sink = await new OutcomeSink({ keeps: true }).listen();
  onTestFinished(() => sink.close());
  const line = await startCapacityLine({ timing, scripts: [script] }, oneTry, stepMs);
  await line.post('poor', Array(rows).fill({}), sink.url);
  return { line, sink };
}

interface Funding {
  readonly blocked: boolean;
  readonly message: string | null;
  readonly next_probe_at: string | null;
}
const funding = async (line: CapacityLine) => (await line.get<{ funding: Funding }>('/api/capacity')).funding;

/** How often a batch was tried, whatever was answered. */
function creates({ simulator }: CapacityLine): number {
  const answers = simulator.summary().calls['batches.create'] ?? {};
  return Object.values(answers).reduce((sum, count) => sum + count, 0);
}

/** Lets the time pass in which nothing but probes may go out. @returns how many did */
async function probesWithin(line: CapacityLine, ms: number): Promise<number> {
  const before = creates(line);
  const until = line.clock.now() + ms;
  await line.until(() => line.clock.now() >= until, 2 * ms);
  return creates(line) - before;
}

/** Every row has arrived, and nothing else. Under a stopped clock a hand-over may be repeated before it is recorded. */
async function allDelivered(line: CapacityLine, sink: OutcomeSink): Promise<boolean> {
  if (new Set(sink.kept.map(({ customId }) => customId)).size < rows) return false;
  const { data } = await line.get<{ data: { state: string }[] }>('/api/requests?limit=100');
  return data.every(({ state }) => state === 'delivered');
}

async function expectNoTryCounted(line: CapacityLine): Promise<void> {
  for (let index = 0; index < rows; index++) {
    const shown = await line.get<object>(`/api/requests/poor-${index}`);
    expect(shown).toMatchObject({ outcome: 'succeeded', state: 'delivered', call_tries: 1 });
  }
}

test('refused at create, every batch waits and says so, single probes go out, and all resumes', async () => {
  const { line, sink } = await startPoor('funding-block');
  await line.until(
    async () => (await listBatches(line)).every(({ state }) => state === 'waiting_for_capacity'),
    hour,
  );
  expect(await funding(line)).toMatchObject({
    blocked: true,
    message: 'Billing hard limit has been reached',
    next_probe_at: expect.any(String),
  });
  for (const { waiting } of await listBatches(line)) {
    expect(waiting).toMatchObject({ for: 'funding', next_try_at: expect.any(String) });
    expect(waiting.reason).toContain('Funding blocked: the provider refuses for want of money.');
  }
  // After 1, 5, 10, 20, 40 and from then on 80 minutes, a fifth sooner or later: a probe, not a batch each.
  const probes = await probesWithin(line, 5 * hour);
  expect(probes).toBeGreaterThanOrEqual(5);
  expect(probes).toBeLessThanOrEqual(9);

  line.simulator.lift();
  await line.until(() => allDelivered(line, sink), 3 * hour);
  expect(await funding(line)).toMatchObject({ blocked: false, message: null });
  expect(line.simulator.summary()).toMatchObject({ batches, lines: rows, duplicates: 0 });
  await expectNoTryCounted(line);
});

const failsLater: Rule = {
  on: 'batch',
  until: 'lifted',
  do: {
    fail: [
      {
        code: 'billing_hard_limit_reached',
        message: 'Billing hard limit has been reached',
        param: null,
        line: null,
      },
    ],
  },
};

test('said by the status of batches that were created, they wait and are created again', async () => {
  const { line, sink } = await startPoor(failsLater);
  await line.until(async () => (await funding(line)).blocked, hour);
  await probesWithin(line, hour);
  const waits = (await listBatches(line)).map(({ waiting }) => waiting?.for ?? null);
  // All wait but a probe that may be on its way.
  expect(waits.filter((cause) => cause === 'funding').length).toBeGreaterThanOrEqual(batches - 1);
  line.simulator.lift();
  await line.until(() => allDelivered(line, sink), 3 * hour);
  expect((await funding(line)).blocked).toBe(false);
  expect(line.simulator.summary()).toMatchObject({ lines: rows, duplicates: 0 });
  await expectNoTryCounted(line);
});

test('said by the rows themselves, they wait in successors and lose no try', async () => {
  const { line, sink } = await startPoor('insufficient-quota-rows');
  await line.until(async () => (await funding(line)).blocked, hour);
  expect(await funding(line)).toMatchObject({
    message: 'You exceeded your current quota, please check your plan and billing details.',
  });
  await probesWithin(line, 3 * hour);
  const waiting = (await listBatches(line)).filter(({ state }) => state === 'waiting_for_capacity');
  expect(waiting.length).toBeGreaterThan(1);
  expect(new Set(waiting.map((batch) => batch.waiting.for))).toEqual(new Set(['funding']));
  const sentAgain = line.simulator.seen().repeated;
  expect(sentAgain.length).toBeGreaterThan(0);

  line.simulator.lift();
  await line.until(() => allDelivered(line, sink), 5 * hour);
  expect((await funding(line)).blocked).toBe(false);
  await expectNoTryCounted(line);
});
