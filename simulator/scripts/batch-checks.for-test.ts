import { expect } from 'vitest';
import { chatLine, chatLines, hour, refusalOf } from '../kit.for-test.ts';
import { type Check, nineRows } from './nine-rows.for-test.ts';

const day = 24 * hour;

const expired = (done: number, listed: number): Check => {
  return async ({ run, readLines }) => {
    const batch = await run(chatLines(6), {}, day);
    expect(batch).toMatchObject({
      status: 'expired',
      request_counts: { total: 6, completed: done, failed: 0 },
    });
    expect([batch.output_file_id !== null, batch.error_file_id !== null]).toEqual([done > 0, listed > 0]);
    expect(await readLines(batch.output_file_id)).toHaveLength(done);
    const errors = await readLines(batch.error_file_id);
    expect(errors.map((line) => line.error?.code)).toEqual(Array(listed).fill('batch_expired'));
  };
};

export const batchChecks: Record<string, Check> = {
  'late-token-rejection': async ({ run, create, sim, client }) => {
    const big = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        chatLine(at, {
          body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x'.repeat(400_000) }] },
        }),
      );
    const first = await create(big(12));
    await sim.advance(60);
    const second = await run(big(12), {}, 60);
    expect(second.errors?.data).toMatchObject([
      { code: 'token_limit_exceeded', message: expect.stringContaining('Limit: 2,000,000 enqueued tokens.') },
    ]);
    await sim.advance(hour);
    expect((await client.batches.retrieve(first.id)).status).toBe('completed');
    expect((await run(big(12))).status).toBe('completed');
  },
  'late-request-rejection': async ({ create, sim, client }) => {
    const lines = Array.from({ length: 50 }, (_, at) => ({
      custom_id: `${at}`,
      method: 'POST',
      url: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: Array(1_000).fill('x') },
    }));
    const created: string[] = [];
    for (let count = 0; count < 21; count++) {
      created.push((await create(lines, { endpoint: '/v1/embeddings' })).id);
    }
    await sim.advance(60);
    const last = await client.batches.retrieve(created.at(-1)!);
    expect(last.errors?.data?.[0]?.message).toContain('Limit: 1,000,000 enqueued requests.');
    expect((await client.batches.retrieve(created[0]!)).status).toBe('in_progress');
  },
  'expired-both': expired(3, 3),
  'expired-output-only': expired(3, 0),
  'expired-error-only': expired(0, 6),
  'expired-none': expired(0, 0),
  'expired-generic-errors': async ({ run, readLines }) => {
    const batch = await run(chatLines(6), {}, day);
    expect(batch.status).toBe('expired');
    const errors = await readLines(batch.error_file_id);
    expect(errors.map((line) => line.response?.status_code)).toEqual([500, 500, 500]);
  },
  'empty-error-file-id': nineRows(({ batch }) => expect(batch.error_file_id).toBe('')),
  'no-usage': nineRows(({ batch, output }) => {
    expect(batch).not.toHaveProperty('usage');
    expect(JSON.stringify(output)).not.toContain('usage');
  }),
  'wrong-counts': nineRows(({ batch, output }) => {
    expect(batch.request_counts).toEqual({ total: 9, completed: 0, failed: 0 });
    expect(output).toHaveLength(9);
  }),
  'stuck-finalizing': async ({ run, sim, client }) => {
    const batch = await run(chatLines(2), {}, day);
    expect(batch).toMatchObject({ status: 'finalizing', request_counts: { total: 2, completed: 2 } });
    await sim.advance(2 * day);
    expect((await client.batches.retrieve(batch.id)).status).toBe('completed');
  },
  'unknown-status': async ({ run, sim, client }) => {
    const batch = await run(chatLines(2), {}, 60);
    expect(batch.status).toBe('throttled');
    await sim.advance(hour);
    expect((await client.batches.retrieve(batch.id)).status).toBe('completed');
  },
  'vanished-batch': async ({ create, sim, client }) => {
    const { id } = await create(chatLines(2));
    expect((await client.batches.retrieve(id)).id).toBe(id);
    await sim.advance(60);
    expect(await refusalOf(client.batches.retrieve(id))).toMatchObject({ status: 404 });
    expect((await client.batches.list()).data).toEqual([]);
  },
  'cancelled-from-outside': async ({ run, readLines }) => {
    const batch = await run(chatLines(8));
    expect(batch).toMatchObject({
      status: 'cancelled',
      request_counts: { total: 8, completed: 4, failed: 0 },
    });
    expect(await readLines(batch.error_file_id)).toHaveLength(4);
  },
  'slow-cancel': async ({ run, sim, client }) => {
    const { id, status } = await run(chatLines(8));
    expect(status).toBe('in_progress');
    await client.batches.cancel(id);
    await sim.advance(179_000);
    expect((await client.batches.retrieve(id)).status).toBe('cancelling');
    await sim.advance(1_000);
    expect(await client.batches.retrieve(id)).toMatchObject({
      status: 'cancelled',
      request_counts: { completed: 4 },
    });
  },
  'late-list': async ({ create, sim, client }) => {
    const { id } = await create(chatLines(1));
    await sim.advance(59_000);
    expect((await client.batches.list()).data).toEqual([]);
    expect((await client.batches.retrieve(id)).id).toBe(id);
    await sim.advance(1_000);
    expect((await client.batches.list()).data).toHaveLength(1);
  },
  'expired-input-file': async ({ run }) => {
    expect((await run(chatLines(1))).errors?.data).toMatchObject([
      { code: 'invalid_request', param: 'file_id' },
    ]);
    expect((await run(chatLines(1))).status).toBe('completed');
  },
  'cannot-find-file': async ({ run, client }) => {
    for (let count = 0; count < 3; count++) {
      const batch = await run(chatLines(1));
      expect(batch.errors?.data?.[0]?.message).toContain(
        `Cannot find file ${batch.input_file_id}, or organization`,
      );
      expect((await client.files.retrieve(batch.input_file_id)).id).toBe(batch.input_file_id);
    }
    expect((await run(chatLines(1))).status).toBe('completed');
  },
  'invalid-lines': async ({ run }) => {
    const batch = await run(chatLines(6));
    expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ line: 2 }, { line: 5 }] } });
    expect((await run(chatLines(6))).status).toBe('completed');
  },
  'invalid-lines-each-time': async ({ run }) => {
    for (let count = 0; count < 2; count++) {
      expect((await run(chatLines(6))).errors?.data).toMatchObject([{ line: 3 }, { line: 6 }]);
    }
    expect((await run(chatLines(2))).status).toBe('completed');
  },
  'empty-error-file': async ({ run, readText, client }) => {
    const { error_file_id: id } = await run(chatLines(2));
    expect((await client.files.retrieve(id!)).bytes).toBe(0);
    expect(await readText(id!)).toBe('');
  },
  'ascii-output': nineRows(({ outputText, output }) => {
    expect(outputText).toMatch(/^[\n -~]*$/);
    expect(outputText).toContain('\\u017e');
    expect(JSON.stringify(output)).toContain('žluťoučký');
  }),
};
