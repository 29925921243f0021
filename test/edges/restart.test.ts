/** An ordered restart through the doors: it shows while it lasts, cannot be doubled, and outlives the process. */
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { EdgeLine } from './edge-line.ts';
import { chatRows } from './expectations.ts';

test('a restart is shown, answered the same once more, and carried out after the next start', async () => {
  const line = await EdgeLine.set({ scripts: ['upload-refused'] });
  try {
    await line.send(chatRows(5));
    const failed = async () => (await line.batches())[0];
    await until(async () => (await failed())?.['ended_at'] != null);
    expect(await failed()).toMatchObject({ state: 'failed', moves: ['restart'], restart_requested_at: null });
    expect(line.receiver.count().byOutcome).toEqual({ failed: 5 });

    // As if the process were about to die: nobody carries it out.
    await line.service.service.drivers.find(({ name }) => name === 'download')?.stop(0);
    const order = () => line.api.call('POST', '/api/batches/1/restart');
    const first = await order();
    expect([first.status, first.json.state, first.json.moves]).toEqual([202, 'failed', []]);
    expect(first.json.restart_requested_at).not.toBeNull();
    expect(await failed()).toMatchObject({ ended_at: null, settled_at: expect.any(String) });
    const second = await order();
    expect([second.status, second.json.restart_requested_at]).toEqual([202, first.json.restart_requested_at]);
    const refused = await line.api.call('DELETE', '/api/batches/1');
    expect([refused.status, refused.json.errors[0].code]).toEqual([409, 'illegal_move']);

    await line.restart();
    const [batch] = await line.ended(60_000);
    // Each had a second outcome, under an id of its own.
    expect(line.receiver.count()).toMatchObject({ delivered: 5, duplicates: 5, repeats: 0, wrong: 0 });
    expect([...line.outcomes().values()].map(({ outcome }) => outcome)).toEqual(Array(5).fill('succeeded'));
    expect(batch).toMatchObject({ state: 'done', restart_requested_at: null, succeeded_count: 5 });
    const again = await order();
    expect([again.status, again.json.errors[0].code]).toEqual([409, 'illegal_move']);
  } finally {
    await line.close();
  }
});

test('a batch that failed for a reason of its requests has nothing to restart, and says so', async () => {
  const line = await EdgeLine.set({ scripts: ['invalid-lines'] });
  try {
    await line.send(chatRows(6));
    await line.delivered(6);
    await line.ended();
    const refused = await line.api.call('POST', '/api/batches/1/restart');
    expect([refused.status, refused.json.errors[0].detail]).toEqual([
      409,
      'Batch 1 has no request that ended only because the batch failed.',
    ]);
  } finally {
    await line.close();
  }
});
