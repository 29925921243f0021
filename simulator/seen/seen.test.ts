import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { chatLine, chatLines, hour, startKit } from '../kit.for-test.ts';
import { createCallLedger } from './call-ledger.ts';

test('two calls about one thing at the same time are an overlap; one after the other is none', () => {
  const calls = createCallLedger();
  const first = calls.begin('batches.get', ['batch 1'], 5);
  const other = calls.begin('batches.get', ['batch 2'], 5);
  const second = calls.begin('batches.cancel', ['batch 1'], 6);
  other.concerns('batch 3', 6);
  first.end('200');
  second.end('200');
  expect(other.end('200').about).toEqual(['batch 2', 'batch 3']);
  calls.begin('batches.get', ['batch 1', 'batch 3'], 7).end('404');
  expect(calls.overlaps()).toEqual({
    count: 1,
    list: [{ about: 'batch 1', routes: ['batches.get', 'batches.cancel'], at: 6 }],
  });
  expect(calls.counts()).toEqual({ 'batches.get': { 200: 2, 404: 1 }, 'batches.cancel': { 200: 1 } });
});

test('two uploads of one name at the same time are seen while both are still coming', async () => {
  const { sim, upload } = await startKit();
  const end = '\r\n--x--\r\n';
  const begin = (name: string) => {
    const sending = request(`${sim.url}/files`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'multipart/form-data; boundary=x' },
    });
    sending.write('--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n');
    sending.write(`--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n{`);
    return sending;
  };
  const sending = [begin('one.jsonl'), begin('one.jsonl'), begin('other.jsonl')];
  await sim.until(({ summary }) => summary.overlappingCalls === 1);
  for (const one of sending) one.end(JSON.stringify(chatLine(1)).slice(1) + end);
  const answers = await Promise.all(sending.map(async (one) => (await once(one, 'response'))[0]));
  for (const answer of answers as IncomingMessage[]) {
    expect(answer.resume().statusCode).toBe(200);
  }
  await sim.until(({ summary }) => summary.calls['files.create']?.['200'] === 3);
  await upload(chatLines(1), 'one.jsonl');
  expect(sim.seen().overlaps).toMatchObject([
    { about: 'name one.jsonl', routes: ['files.create', 'files.create'] },
  ]);
});

test('two creates with the same file and tag while the first one hangs are seen', async () => {
  const { client, sim, upload } = await startKit({ scripts: ['hanging-create'] });
  const body = {
    input_file_id: await upload(chatLines(1)),
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata: { tag: 'one' },
  } as const;
  const patience = new AbortController();
  const hanging = client.batches.create(body, { signal: patience.signal }).catch(() => 'given up');
  await sim.until(({ summary }) => summary.batches === 1);
  await client.batches.create(body);
  patience.abort();
  expect(await hanging).toBe('given up');
  const seen = await sim.until(({ summary }) => summary.calls['batches.create']?.['hanging'] === 1);
  expect(seen.summary).toMatchObject({ batches: 2, overlappingCalls: 2 });
  expect(seen.overlaps.map(({ about }) => about)).toEqual([
    `file ${body.input_file_id}`,
    'metadata {"tag":"one"}',
  ]);
});

test('the admin routes show, advance, script and cancel', async () => {
  const { client, sim, create } = await startKit();
  const ask = async (path: string, method = 'GET', body?: unknown) => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${sim.origin}/__simulator/${path}`, init);
    return { status: response.status, json: (await response.json()) as Record<string, never> };
  };
  expect((await ask('scripts', 'POST', { name: 'no-usage' })).json).toEqual({ active: ['no-usage'] });
  expect((await ask('scripts', 'POST', { on: 'row', everyKth: 2, do: { missing: true } })).status).toBe(200);
  expect((await ask('scripts', 'POST', { name: 'nonsense' })).status).toBe(400);
  const { id } = await create(chatLines(4), { metadata: { tag: 'x' } });
  expect((await ask('clock', 'POST', { advanceMs: hour })).json).toEqual({ now: expect.any(Number) });
  expect((await ask('clock', 'POST', { advanceMs: -1 })).status).toBe(400);
  const batch = await client.batches.retrieve(id);
  expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 4, completed: 2, failed: 2 } });
  expect((await ask('scripts', 'DELETE')).json).toEqual({ active: [] });
  expect((await ask('scripts')).json['scripts']).toContainEqual({
    name: 'no-usage',
    doc: expect.any(String),
  });

  const other = await create([chatLine(1)]);
  expect((await ask(`cancel-batch/${other.id}`, 'POST')).json).toEqual({
    cancelled: true,
    status: 'cancelling',
  });
  expect((await ask('seen?summary=1')).json).toMatchObject({
    batches: 2,
    lines: 4,
    duplicates: 0,
    liveFiles: 3,
  });
  expect((await ask('seen')).json['batches']).toMatchObject([
    {
      batch: { id, metadata: { tag: 'x' } },
      history: [{ status: 'validating' }, {}, {}, { status: 'completed' }],
    },
    { batch: { id: other.id } },
  ]);
});
