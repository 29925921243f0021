import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { chatLines, type Line, startKit, startsAt } from './kit.for-test.ts';
import { endpoints } from './limits.ts';

const input = 'První věta. Second sentence — 日本語 🙂';

const bodies: Record<(typeof endpoints)[number], Line> = {
  '/v1/responses': { model: 'gpt-6-luna', instructions: 'Be short.', input },
  '/v1/chat/completions': {
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: [{ type: 'text', text: input }] },
    ],
  },
  '/v1/embeddings': { model: 'text-embedding-3-small', input },
  '/v1/completions': { model: 'gpt-3.5-turbo-instruct', prompt: input },
  '/v1/moderations': { model: 'omni-moderation-latest', input },
  '/v1/images/generations': { model: 'gpt-image-1', prompt: input },
  '/v1/images/edits': { model: 'gpt-image-1', prompt: input, images: [] },
  '/v1/videos': { model: 'sora-2', prompt: input },
};

test.each(endpoints)('a batch of %s lives from validating to completed', async (endpoint) => {
  const kit = await startKit();
  const line = { custom_id: 'a|b:1', method: 'POST', url: endpoint, body: bodies[endpoint] };
  const created = await kit.create([line], { endpoint, metadata: { tag: 't-1' } });
  expect(created.status).toBe('validating');
  expect(created).toMatchObject({
    in_progress_at: null,
    output_file_id: null,
    errors: null,
    metadata: { tag: 't-1' },
  });

  const statuses: string[] = [];
  for (let step = 0; step < 5; step++) {
    await kit.sim.advance(50);
    statuses.push((await kit.client.batches.retrieve(created.id)).status);
  }
  expect(statuses).toEqual(['in_progress', 'in_progress', 'finalizing', 'completed', 'completed']);

  const done = await kit.client.batches.retrieve(created.id);
  const createdAt = startsAt / 1000;
  expect(done).toMatchObject({
    created_at: createdAt,
    expires_at: createdAt + 86_400,
    error_file_id: null,
    request_counts: { total: 1, completed: 1, failed: 0 },
    model: bodies[endpoint]['model'],
  });
  const [result, ...more] = await kit.readLines(done.output_file_id);
  expect(more).toEqual([]);
  expect(result).toMatchObject({ custom_id: 'a|b:1', error: null, response: { status_code: 200 } });
  const checksum = createHash('sha256').update(input).digest('hex');
  expect(JSON.stringify(result?.response?.body)).toContain(checksum);
  expect(done.usage?.input_tokens).toBeGreaterThan(0);
});

test('a completed batch shows every key that the real API shows, and null where it does', async () => {
  const { run } = await startKit();
  const batch = await run(chatLines(2));
  expect(Object.keys(batch).sort()).toEqual(
    (
      'cancelled_at cancelling_at completed_at completion_window created_at endpoint error_file_id errors ' +
      'expired_at expires_at failed_at finalizing_at id in_progress_at input_file_id metadata model object ' +
      'output_file_id request_counts status usage'
    ).split(' '),
  );
  expect(batch).toMatchObject({ failed_at: null, expired_at: null, cancelling_at: null, cancelled_at: null });
  expect(batch.metadata).toBeNull();
});

test('the result file has the name and the headers of the real one, and no length', async () => {
  const { run, sim } = await startKit();
  const batch = await run(chatLines(3));
  const url = `${sim.url}/files/${batch.output_file_id}/content`;
  const response = await fetch(url, { headers: { authorization: 'Bearer x' } });
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${batch.id}_output.jsonl"`);
  expect(response.headers.has('content-length')).toBe(false);
  expect((await response.text()).endsWith('}\n')).toBe(true);
});

test('results do not come in the order of the input', async () => {
  const { run, readLines } = await startKit();
  const batch = await run(chatLines(50));
  const ids = (await readLines(batch.output_file_id)).map((line) => line.custom_id);
  expect(ids).toHaveLength(50);
  expect(ids).not.toEqual(chatLines(50).map((line) => line['custom_id']));
  expect(new Set(ids).size).toBe(50);
});

test('the usage of a batch is the sum of its rows', async () => {
  const { run, readLines } = await startKit();
  const batch = await run(chatLines(20));
  const rows = await readLines(batch.output_file_id);
  const sum = (key: string): number =>
    rows.reduce(
      (total, row) => total + ((row.response!.body['usage'] as Record<string, number>)[key] ?? 0),
      0,
    );
  expect(batch.usage?.input_tokens).toBe(sum('prompt_tokens'));
  expect(batch.usage?.output_tokens).toBe(sum('completion_tokens'));
});

test('the same seed and lines give the same files; another seed gives another', async () => {
  const texts: string[] = [];
  for (const seed of [7, 7, 8]) {
    const kit = await startKit({ seed });
    const batch = await kit.run(chatLines(40));
    texts.push(await kit.readText(batch.output_file_id!));
  }
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).not.toBe(texts[2]);
});

test('embeddings keep to the dimensions and the encoding that are asked for', async () => {
  const { run, readLines } = await startKit();
  const line = (id: string, extra: Line): Line => ({
    custom_id: id,
    method: 'POST',
    url: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input: ['one', 'two'], ...extra },
  });
  const lines = [
    line('usual', {}),
    line('wide', { dimensions: 32 }),
    line('packed', { encoding_format: 'base64' }),
  ];
  const batch = await run(lines, { endpoint: '/v1/embeddings' });
  const rows = await readLines(batch.output_file_id);
  const vectors = (id: string): { embedding: number[] | string }[] =>
    rows.find((row) => row.custom_id === id)?.response?.body['data'] as never;
  expect(vectors('usual')).toHaveLength(2);
  expect(vectors('usual')[0]?.embedding).toHaveLength(8);
  expect(vectors('wide')[1]?.embedding).toHaveLength(32);
  expect(Buffer.from(vectors('packed')[0]?.embedding as string, 'base64')).toHaveLength(32);
});

test('answers have the length that was ordered', async () => {
  const { run, readLines } = await startKit({ answerBytes: 16_000 });
  const batch = await run(chatLines(2));
  const [row] = await readLines(batch.output_file_id);
  const [choice] = row!.response!.body['choices'] as [{ message: { content: string } }];
  expect(Buffer.byteLength(choice.message.content)).toBe(16_000);
});

test('lists go from new to old, a page at a time', async () => {
  const { client, create, sim } = await startKit();
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) {
    ids.unshift((await create(chatLines(1))).id);
    await sim.advance(1_000);
  }
  const listed: string[] = [];
  for await (const batch of client.batches.list({ limit: 2 })) listed.push(batch.id);
  expect(listed).toEqual(ids);
  const files: string[] = [];
  for await (const file of client.files.list({ purpose: 'batch_output', limit: 2 })) files.push(file.id);
  expect(files).toHaveLength(5);
  const oldest = await client.files.list({ purpose: 'batch', order: 'asc', limit: 1 });
  expect(oldest.data[0]?.created_at).toBe(startsAt / 1000);
});

test('files end when they expire or are deleted', async () => {
  const { client, sim, run } = await startKit();
  const expires_after = { anchor: 'created_at', seconds: 3_600 } as const;
  const file = await client.files.create({
    file: new File(['{}\n'], 'a.jsonl'),
    purpose: 'batch',
    expires_after,
  });
  expect(file.expires_at).toBe(file.created_at + 3_600);
  await sim.advance(3_600_000);
  await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 });
  const batch = await run(chatLines(1));
  expect(await client.files.delete(batch.output_file_id!)).toEqual({
    id: batch.output_file_id,
    object: 'file',
    deleted: true,
  });
  await expect(client.files.content(batch.output_file_id!)).rejects.toMatchObject({ status: 404 });
});

test('models are known unless their name says otherwise', async () => {
  const { client } = await startKit({ unknownModels: ['gpt-0'] });
  const { data } = await client.models.list();
  expect(data.length).toBeGreaterThan(3);
  expect((await client.models.retrieve('gpt-9')).id).toBe('gpt-9');
  await expect(client.models.retrieve('gpt-0')).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
});
