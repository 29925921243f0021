/** Every refusal of the real API that is known, word for word. */
import { expect, test } from 'vitest';
import { chatLine, chatLines, type Line, refusalOf, startKit } from './kit.for-test.ts';
import { mostInputBytes } from './limits.ts';

const envelope = { type: 'invalid_request_error', param: null, code: null };
const notJsonl = { ...envelope, message: 'Invalid file format for Batch API. Must be .jsonl' };

const uploads: [string, { name: string; content: string | Uint8Array<ArrayBuffer> }, number, Line][] = [
  ['a name that does not end in .jsonl', { name: 'a.txt', content: '{}\n' }, 400, notJsonl],
  ['an empty file', { name: 'a.jsonl', content: '' }, 400, notJsonl],
  ['a first line that is not JSON', { name: 'a.jsonl', content: 'hello\n{}\n' }, 400, notJsonl],
  [
    'bytes that are not UTF-8',
    { name: 'a.jsonl', content: Uint8Array.from([...Buffer.from('{}\n{"a":"'), 0xc3, 0x28]) },
    400,
    { ...envelope, message: 'Invalid file for Batch API. Must be utf-8 encoded' },
  ],
];

test.each(uploads)('an upload is refused: %s', async (_name, { name, content }, status, error) => {
  const { client, sim } = await startKit();
  const call = client.files.create({ file: new File([content], name), purpose: 'batch' });
  expect(await refusalOf(call)).toEqual({ status, error });
  expect(sim.summary().liveFiles).toBe(0);
});

test('an upload passes: later lines are broken, a byte-order mark, characters cut by a chunk', async () => {
  const { client, run } = await startKit();
  for (const content of ['{}\n{broken\n', '\ufeff{}\n', `"${'ž日🙂'.repeat(60_000)}"\n`]) {
    const file = await client.files.create({ file: new File([content], 'a.jsonl'), purpose: 'batch' });
    expect(file).toMatchObject({ object: 'file', bytes: Buffer.byteLength(content), status: 'processed' });
    expect(file.expires_at).toBe(file.created_at + 2_592_000);
  }
  const marked = await run([`\ufeff${JSON.stringify(chatLine(1))}`]);
  expect(marked.errors?.data).toMatchObject([{ code: 'invalid_json_line', line: 1 }]);
});

test('an upload over 209,715,200 bytes is a 413 that names the model', async () => {
  const { sim } = await startKit();
  const boundary = 'simulated';
  const first = `${JSON.stringify(chatLine(1))}\n`;
  const block = Buffer.alloc(1 << 20, 'x');
  async function* form() {
    yield `--${boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n`;
    yield `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n${first}`;
    for (let sent = first.length; sent <= mostInputBytes; sent += block.length) yield block;
    yield `\r\n--${boundary}--\r\n`;
  }
  const response = await fetch(`${sim.url}/files`, {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: ReadableStream.from(form()).pipeThrough(
      new TransformStream<string | Buffer, Uint8Array>({
        transform: (part, out) => out.enqueue(typeof part === 'string' ? Buffer.from(part) : part),
      }),
    ),
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(413);
  const message = 'The batch input file is larger than the 209715200 maximum for the gpt-4o-mini model';
  expect(await response.json()).toEqual({ error: { ...envelope, message } });
  expect(sim.summary().liveFiles).toBe(0);
});

const creates: [string, Line, Line][] = [
  [
    'an endpoint that does not exist',
    { endpoint: '/v1/invalid/endpoint' },
    {
      message:
        "Invalid value: '/v1/invalid/endpoint'. Supported values are: '/v1/chat/completions', " +
        "'/v1/completions', '/v1/embeddings', and '/v1/responses'.",
      param: 'endpoint',
      code: 'invalid_value',
    },
  ],
  ...['1h', '48h', 'soon', ''].map((window): [string, Line, Line] => [
    `the window "${window}"`,
    { completion_window: window },
    {
      message: expect.stringContaining('completion_window'),
      param: 'completion_window',
      code: 'invalid_value',
    },
  ]),
  [
    'metadata that is no text',
    { metadata: { tags: ['a'] } },
    {
      message: "Invalid type for 'metadata.tags': expected a string, but got an array instead.",
      param: 'metadata.tags',
      code: 'invalid_type',
    },
  ],
  [
    'too much metadata',
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v'])) },
    { message: expect.stringContaining('metadata'), param: 'metadata', code: 'object_above_max_properties' },
  ],
  [
    'a long metadata value',
    { metadata: { note: 'x'.repeat(513) } },
    {
      message: expect.stringContaining('metadata.note'),
      param: 'metadata.note',
      code: 'string_above_max_length',
    },
  ],
  [
    'a life of results that is too short',
    { output_expires_after: { anchor: 'created_at', seconds: 60 } },
    { message: expect.any(String), param: 'output_expires_after.seconds', code: 'invalid_value' },
  ],
];

test.each(creates)('create is refused: %s', async (_name, changes, error) => {
  const { create, sim } = await startKit();
  expect(await refusalOf(create(chatLines(1), changes))).toEqual({
    status: 400,
    error: { type: 'invalid_request_error', ...error },
  });
  expect(sim.summary().batches).toBe(0);
});

test('keys are checked', async () => {
  const { sim } = await startKit({ apiKeys: ['sk-right'] });
  for (const authorization of ['', 'Bearer ', 'Bearer sk-wrong']) {
    const response = await fetch(`${sim.url}/models`, { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key', param: null } });
  }
  expect((await fetch(`${sim.url}/models`, { headers: { authorization: 'Bearer sk-right' } })).status).toBe(
    200,
  );
});

test('unknown routes, files and batches are 404 in the usual envelope', async () => {
  const { client, sim } = await startKit();
  const response = await fetch(`${sim.url}/nowhere`, { headers: { authorization: 'Bearer x' } });
  expect([response.status, Object.keys(((await response.json()) as { error: object }).error)]).toEqual([
    404,
    ['message', 'type', 'param', 'code'],
  ]);
  for (const call of [client.batches.retrieve('batch_0'), client.batches.cancel('batch_0')]) {
    expect(await refusalOf(call)).toMatchObject({
      status: 404,
      error: { message: expect.stringContaining('No batch found with id') },
    });
  }
  expect(await refusalOf(client.files.retrieve('file-0'))).toMatchObject({ status: 404 });
});

test('cancel of a finished batch is a 409; of one that is or was being cancelled, a 200', async () => {
  const { client, run, create, sim } = await startKit();
  const completed = await run(chatLines(1));
  const failed = await run(['{}']);
  for (const { id, status } of [completed, failed]) {
    expect(await refusalOf(client.batches.cancel(id))).toEqual({
      status: 409,
      error: { ...envelope, message: `Cannot cancel a batch with status '${status}'.` },
    });
  }
  const { id } = await create(chatLines(8));
  const cancelling = await client.batches.cancel(id);
  expect(cancelling).toMatchObject({
    status: 'cancelling',
    request_counts: { total: 0, completed: 0, failed: 0 },
  });
  expect(cancelling.cancelling_at).not.toBeNull();
  expect((await client.batches.cancel(id)).status).toBe('cancelling');
  await sim.advance(1_000);
  expect(await client.batches.cancel(id)).toMatchObject({ status: 'cancelled', output_file_id: null });
});

const without = (key: string): Line => ({ ...chatLine(1), [key]: undefined });
const body = (changes: Line): Line => ({
  ...chatLine(1),
  body: { ...(chatLine(1)['body'] as Line), ...changes },
});

const lines: [string, Line | string, Line][] = [
  [
    'is not JSON',
    '{"custom_id":',
    { code: 'invalid_json_line', message: 'This line is not parseable as valid JSON.', param: null },
  ],
  ...['custom_id', 'method', 'url', 'body'].map((key): [string, Line, Line] => [
    `has no ${key}`,
    without(key),
    { code: 'missing_required_parameter', message: `Missing required parameter: '${key}'.`, param: key },
  ]),
  [
    'has no messages',
    body({ messages: undefined }),
    {
      code: 'missing_required_parameter',
      message: "Missing required parameter: 'messages'.",
      param: 'body.messages',
    },
  ],
  [
    'has no model',
    body({ model: undefined }),
    { code: 'invalid_request', message: 'Model parameter is required.', param: 'body.model' },
  ],
  [
    'has another url',
    { ...chatLine(1), url: '/v1/responses' },
    {
      code: 'invalid_url',
      message: 'The URL provided for this request does not match the batch endpoint.',
      param: 'url',
    },
  ],
  [
    'streams',
    body({ stream: true }),
    {
      code: 'streaming_unsupported',
      message: 'Chat Completions: Streaming is not supported in the Batch API.',
      param: 'body.stream',
    },
  ],
  [
    'names a model that does not exist',
    body({ model: 'no-such-model' }),
    {
      code: 'model_not_found',
      message: "The provided model 'no-such-model' is not supported by the Batch API.",
      param: 'body.model',
    },
  ],
  [
    'repeats a custom_id',
    { ...chatLine(1), custom_id: 'row-9' },
    {
      code: 'duplicate_custom_id',
      message:
        'The custom_id for this request is a duplicate of another request. ' +
        'The custom_id parameter must be unique for each request in a batch.',
      param: 'custom_id',
    },
  ],
  [
    'names another model',
    body({ model: 'gpt-4o' }),
    {
      code: 'mismatched_model',
      message:
        "The model 'gpt-4o' for this request does not match the rest of the batch. " +
        'Each batch must contain requests for a single model.',
      param: 'body.model',
    },
  ],
];

test.each(lines)('validation refuses a line that %s', async (_name, line, error) => {
  const { run } = await startKit();
  const again =
    typeof line === 'object' && line['custom_id'] === 'row-1' ? { ...line, custom_id: 'row-2' } : line;
  const batch = await run([chatLine(9), line, chatLine(8), again]);
  expect(batch).toMatchObject({
    status: 'failed',
    in_progress_at: null,
    output_file_id: null,
    error_file_id: null,
    request_counts: { total: 0, completed: 0, failed: 0 },
    errors: { object: 'list' },
  });
  expect(batch.failed_at).not.toBeNull();
  expect(batch.errors?.data).toEqual([
    { ...error, line: 2 },
    { ...error, line: 4 },
  ]);
});

test('a file that does not exist is found out in validation', async () => {
  const { client, sim } = await startKit();
  const { id } = await client.batches.create({
    input_file_id: 'file-nowhere',
    endpoint: '/v1/responses',
    completion_window: '24h',
  });
  await sim.advance(1_000);
  expect((await client.batches.retrieve(id)).errors?.data).toEqual([
    {
      code: 'invalid_request',
      message: 'Cannot find file file-nowhere, or organization org-simulator does not have access to it.',
      param: 'file_id',
      line: null,
    },
  ]);
});

test('too many lines and too many embedding inputs are refused', async () => {
  const { run } = await startKit();
  const many = await run(Array.from({ length: 50_001 }, (_, at) => JSON.stringify(chatLine(at))));
  expect(many.errors?.data).toMatchObject([{ code: 'too_many_tasks', line: null }]);
  const input = Array.from({ length: 30_000 }, () => 'x');
  const embeddings = [1, 2].map((number) => ({
    custom_id: `${number}`,
    method: 'POST',
    url: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input },
  }));
  const wide = await run(embeddings, { endpoint: '/v1/embeddings' });
  expect(wide.errors?.data).toMatchObject([
    { code: 'too_many_tasks', message: expect.stringContaining('60000') },
  ]);
});
