/**
 * A replica that lost its lease while it created a batch tells the id late. Where nobody has created another the next
 * holder follows that batch; anywhere else it is cancelled at the provider, and the duty to do so outlives a refusal.
 */
import { afterEach, expect, test } from 'vitest';
import type { Rule } from '../../simulator/index.ts';
import { until } from '../until.ts';
import { EdgeLine } from './edge-line.ts';
import { chatRows } from './expectations.ts';

let line: EdgeLine;

const runs: Rule = { on: 'batch', do: { hold: { status: 'in_progress' } } };
/** The first answer is lost, the list lags behind by a minute, and further creations are refused for want of money. */
const lateAnswer: readonly (string | Rule)[] = [
  { on: 'call', route: 'batches.create', times: 1, when: 'after', do: { drop: true } },
  'late-list',
  {
    on: 'call',
    route: 'batches.create',
    nth: 2,
    times: 1_000,
    until: 'lifted',
    do: {
      status: 400,
      error: { message: 'Billing hard limit has been reached', code: 'billing_hard_limit_reached' },
    },
  },
];

async function setLate(...more: Rule[]): Promise<void> {
  line = await EdgeLine.set({ scripts: [...lateAnswer, ...more], settings: { RETRY_FASTER: 20 } });
  await line.send(chatRows(3));
  await until(async () => (await first())?.['state'] === 'waiting_for_capacity');
}
afterEach(() => line.close());

const first = async () => (await line.batches())[0];
const remotes = () =>
  line.simulator
    .seen()
    .batches.map(
      ({ batch }) => batch as typeof batch & { readonly input_file_id: string; readonly created_at: number },
    );
const statuses = () => Object.fromEntries(remotes().map(({ id, status }) => [id, status]));

/** What the replica does that created the first one, as soon as it hears of it. */
async function tellLate() {
  const { clock, provider, store, wakeUps } = line.service.service.ctx;
  const [remote] = remotes();
  if (!remote) throw new Error('nothing was created');
  const { kind } = await store.recordCreated({
    batch: { id: 1, submit_attempt: 1, openai_input_file_id: remote.input_file_id },
    leaseToken: 'lost',
    remote: { id: remote.id, status: remote.status, createdAt: remote.created_at * 1_000 },
    credentials: provider.credentials,
    now: clock.now(),
  });
  wakeUps.wake('submit');
  wakeUps.wake('upkeep');
  return { kind, id: remote.id };
}

test('a batch id that comes while ours still waits is followed, not bought again', async () => {
  await setLate();
  const { kind, id } = await tellLate();
  expect(kind).toBe('taken_late');
  await line.delivered(3);
  expect(await line.ended()).toMatchObject([{ state: 'done', openai_batch_id: id, output_lines: 3 }]);
  expect(line.simulator.summary()).toMatchObject({ batches: 1, duplicates: 0, paidTwice: 0 });
});

test('one that comes after ours was cancelled is cancelled at OpenAI, however often that fails', async () => {
  const error = { message: 'The server had an error.', type: 'server_error' };
  await setLate(runs, { on: 'call', route: 'batches.cancel', times: 2, do: { status: 500, error } });
  expect((await line.api.call('POST', '/api/batches/1/cancel')).status).toBe(202);
  await line.delivered(3);
  expect(await first()).toMatchObject({ state: 'cancelled', openai_batch_id: null });
  const { kind, id } = await tellLate();
  expect(kind).toBe('second');
  await line.restart();
  await until(async () => {
    await line.service.service.upkeep.runOnce();
    return statuses()[id] === 'cancelled';
  });
  expect(line.simulator.summary().calls['batches.cancel']?.['500']).toBe(2);
  expect(line.receiver.count().byOutcome).toEqual({ cancelled: 3 });
});

test('one that comes when another runs for ours is cancelled; the other goes on', async () => {
  await setLate(runs);
  line.simulator.lift();
  await until(async () => (await first())?.['state'] === 'openai_processing');
  const { kind, id } = await tellLate();
  expect(kind).toBe('second');
  await until(() => statuses()[id] === 'cancelled');
  const ours = (await first())?.['openai_batch_id'];
  expect(statuses()).toEqual({ [id]: 'cancelled', [ours]: 'in_progress' });
});
