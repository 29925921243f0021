/** What holds a batch that only time or a person can let go on: it shows, it costs nothing, and there is a way out. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { EdgeLine } from './edge-line.ts';
import { chatRows } from './expectations.ts';

const rows = chatRows(3);

async function heldAs(line: EdgeLine, condition: string): Promise<void> {
  await until(async () => (await line.batches()).some((batch) => batch.condition === condition));
}

test.concurrent('a vanished batch is sent again by itself only when its window and an hour are over', async () => {
  const settings = { RETRY_FASTER: 10_000, POLL_INTERVAL_MS: 200 };
  const line = await EdgeLine.set({ scripts: ['vanished-batch'], settings });
  try {
    await line.send(rows);
    await heldAs(line, 'vanished');
    const [held] = await line.batches();
    expect(held).toMatchObject({ state: 'openai_processing', waiting_reason: 'vanished' });
    expect(held.moves).toContain('resubmit');
    line.simulator.clearScripts();
    await line.delivered(rows.length);
    const seen = line.simulator.seen();
    const created = seen.batches.map(({ history }) => history[0]?.at ?? 0);
    expect(created).toHaveLength(2);
    // 25 hours, ten thousand times faster, less the second to which the provider cuts its times.
    expect((created[1] ?? 0) - (created[0] ?? 0)).toBeGreaterThan(8_000);
    const [batch] = await line.ended();
    expect(batch.transitions.map(({ move }: { move: string }) => move)).toContain('resubmit');
    expect(batch).toMatchObject({ condition: null, state: 'done' });
  } finally {
    await line.close();
  }
});

test.concurrent('a vanished batch that comes back is followed, and nothing is bought again', async () => {
  const line = await EdgeLine.set({
    scripts: [
      {
        on: 'call',
        route: 'batches.get',
        times: 4,
        do: { status: 404, error: { message: "No batch found with id 'x'.", type: 'invalid_request_error' } },
      },
    ],
  });
  try {
    await line.send(rows);
    await heldAs(line, 'vanished');
    await line.delivered(rows.length);
    expect(line.simulator.summary()).toMatchObject({ batches: 1, paidTwice: 0 });
  } finally {
    await line.close();
  }
});

test.concurrent('a vanished batch can be cancelled; another one cannot be resubmitted', async () => {
  const line = await EdgeLine.set({ scripts: ['vanished-batch'] });
  try {
    await line.send(rows);
    await heldAs(line, 'vanished');
    const [{ id }] = (await line.batches()) as [{ id: number }];
    expect((await line.api.call('POST', `/api/batches/${id}/cancel`)).status).toBe(202);
    await line.delivered(rows.length);
    expect(line.receiver.count().byOutcome).toEqual({ cancelled: 3 });
    const refused = await line.api.call('POST', `/api/batches/${id}/resubmit`);
    expect([refused.status, refused.json.errors[0].code]).toEqual([409, 'illegal_move']);
  } finally {
    await line.close();
  }
});

test.concurrent('under other credentials everything of the old ones is held, and goes on when they are back', async () => {
  const line = await EdgeLine.set({
    scripts: [{ on: 'batch', do: { hold: { status: 'in_progress', forMs: 4_000 } } }],
  });
  try {
    await line.send(rows);
    await until(async () => (await line.batches()).some(({ state }) => state === 'openai_processing'));
    await line.restart({ OPENAI_API_KEY: 'sk-another' });
    await heldAs(line, 'foreign_credentials');
    await line.simulator.until(({ summary }) => summary.batchesByStatus['completed'] === 1);
    expect(line.receiver.count().delivered).toBe(0);
    await line.restart();
    await line.delivered(rows.length);
    expect(line.simulator.summary()).toMatchObject({ batches: 1, paidTwice: 0 });
    expect((await line.ended())[0]).toMatchObject({ condition: null });
  } finally {
    await line.close();
  }
});

test.concurrent('result files of other credentials are not fetched', async () => {
  const line = await EdgeLine.set({
    scripts: [{ on: 'call', route: 'files.content', do: { stall: { fraction: 0.5 } } }],
  });
  try {
    await line.send(rows);
    await until(async () => (await line.batches()).some(({ state }) => state === 'downloading'));
    await line.restart({ OPENAI_API_KEY: 'sk-another' });
    await heldAs(line, 'foreign_credentials');
    expect((await line.batches())[0]).toMatchObject({ state: 'downloading' });
    line.simulator.clearScripts();
    await line.restart();
    await line.delivered(rows.length);
    expect(line.receiver.count().byOutcome).toEqual({ succeeded: 3 });
  } finally {
    await line.close();
  }
});

test.concurrent('an order to cancel is carried out at OpenAI first, and what it finishes until then is delivered', async () => {
  // Cancelling takes minutes at OpenAI, so seconds here.
  const line = await EdgeLine.set({ scripts: ['slow-cancel'], scale: 20 });
  try {
    await line.send(chatRows(27));
    await line.simulator.until(({ batches }) => batches[0]?.batch.status === 'in_progress');
    await until(async () => (await line.batches())[0]?.['state'] === 'openai_processing');
    expect((await line.api.call('POST', '/api/batches/1/cancel')).status).toBe(202);
    await line.simulator.until(({ batches }) => batches[0]?.batch.status === 'cancelling');
    await until(async () => (await line.batches())[0]?.['openai_status'] === 'cancelling');
    const [cancelling] = await line.batches();
    expect(cancelling).toMatchObject({ state: 'openai_processing', cancelled_count: 0, moves: [] });
    expect(line.receiver.count().delivered).toBe(0);
    await line.delivered(27);
    expect(line.receiver.count().byOutcome).toEqual({ succeeded: 13, cancelled: 14 });
    expect(await line.ended()).toMatchObject([{ state: 'cancelled', openai_status: 'cancelled' }]);
  } finally {
    await line.close();
  }
});

test.concurrent.each([
  409, 400,
])('an order to cancel that OpenAI refuses with %i changes nothing', async (status) => {
  const error = { message: "Cannot cancel a batch with status 'completed'.", type: 'invalid_request_error' };
  const line = await EdgeLine.set({
    scripts: [
      { on: 'call', route: 'batches.cancel', do: { status, error } },
      { on: 'batch', do: { hold: { status: 'in_progress', forMs: 8_000 } } },
    ],
  });
  try {
    await line.send(rows);
    await until(async () => (await line.batches()).some(({ state }) => state === 'openai_processing'));
    const [{ id }] = (await line.batches()) as [{ id: number }];
    const ordered = await line.api.call('POST', `/api/batches/${id}/cancel`);
    expect([ordered.status, ordered.json.state]).toEqual([202, 'openai_processing']);
    await until(() => (line.simulator.summary().calls['batches.cancel']?.[status] ?? 0) > 0);
    expect(await line.batches()).toMatchObject([{ state: 'openai_processing', tries: 0 }]);
    await line.delivered(rows.length);
    expect(line.receiver.count().byOutcome).toEqual({ succeeded: 3 });
    expect((await line.ended())[0]).toMatchObject({ state: 'done' });
  } finally {
    await line.close();
  }
});

test.concurrent('a batch that stands in a state three times as long as usual is flagged', async () => {
  const line = await EdgeLine.set({ scripts: [], settings: { BATCH_MAX_REQUESTS: 1 } });
  try {
    await line.send(chatRows(20));
    await line.delivered(20, 60_000);
    line.simulator.addScript({ on: 'batch', do: { hold: { status: 'in_progress' } } });
    await line.send(chatRows(21).slice(20));
    const held = async () => (await line.batches()).find(({ state }) => state === 'openai_processing');
    await until(async () => (await held()) !== undefined);
    expect((await held())?.unusually_long).toBe(false);
    await until(async () => (await held())?.unusually_long === true, 60_000);
    const { state_p95_ms, state_at } = (await held()) ?? {};
    expect(Date.now() - Date.parse(state_at)).toBeGreaterThan(3 * state_p95_ms);
  } finally {
    await line.close();
  }
});
