/** Any body that OpenAI accepts reaches the input file in the text of its literals, on one line. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
let api: Api;
beforeAll(async () => {
  running = await startTestService();
  api = await openApi(running.url);
});
afterAll(() => running.stop());

const digits = '9'.repeat(400);
const image = `data:image/png;base64,${Buffer.alloc(30_000, 7).toString('base64')}`;

/** Name, the text after the model as it is posted, and as it must arrive where that differs. */
const bodies: [name: string, posted: string, arrives?: string][] = [
  ['numbers of 400 digits', `"n":[${digits},-${digits}.${digits}e-${'1'.repeat(400)}]`],
  ['numbers in odd spellings', '"n":[1.0,1E5,1e+05,-0,0.10,1e400,123456789012345678901234567890]'],
  ['escapes', String.raw`"t":"\u0041\/\b\f\n\r\t\"\\ \u2028 \ud83d\ude00 \u0000"`],
  ['line separators as they are', '"t":"a\u2028b\u2029c\u0085d"'],
  ['half a surrogate pair as an escape', String.raw`"t":"\ud800 and \udc00"`],
  ['scripts of the world', '"t":"日本語 العربية עברית हिन्दी 👩‍👩‍👧 é é \u200f\u202e"'],
  ['keys in escapes', String.raw`"\u0069nput":"x","a\/b":1`],
  ['keys named like built-in properties', '"__proto__":{"model":"evil"},"constructor":1,"toString":null'],
  ['the same key twice, deeper down', '"deep":{"a":1,"a":2}'],
  ['empty things', '"a":"","b":[],"c":{},"":null'],
  ['nesting of 10,000', `"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ['nesting of 100,000', `"deep":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  [
    'an image as a data URL',
    `"input":[{"role":"user","content":[{"type":"input_image","image_url":"${image}"}]}]`,
  ],
  ['string and token arrays', '"input":["a","b"],"prompt":[[1,2],[3]]'],
  [
    'tool roles and null content',
    '"messages":[{"role":"tool","content":null,"tool_call_id":"c"}],"stream":false',
  ],
  [
    'pretty printing',
    ' "a" : [\n\t1 ,\r\n 2 ] , "b" : { } ,\n\n "c" : "kept  as\\n it is \\" , \\\\" ',
    '"a":[1,2],"b":{},"c":"kept  as\\n it is \\" , \\\\"',
  ],
];

test.each(bodies)('%s', async (name, posted, arrives = posted) => {
  const model = `model of ${name}`;
  const post = `{"custom_id":${JSON.stringify(name)},"url":"/v1/responses","method":"POST",
    "delivery_config":{"type":"none"},"body":{"model":${JSON.stringify(model)},${posted}}}`;
  const answer = await api.call('POST', '/api/requests', { body: post });
  expect([answer.status, answer.text]).toEqual([202, JSON.stringify({ custom_id: name })]);
  const [row] = await listAll(api, `&model=${encodeURIComponent(model)}`);
  const file = await api.call('GET', `/api/batches/${row?.batch_id}/files/input`);
  const lineId = `r${String(row?.id).padStart(16, '0')}`;
  expect(file.text).toBe(
    `{"custom_id":"${lineId}","method":"POST","url":"/v1/responses","body":{"model":${JSON.stringify(model)},${arrives}}}\n`,
  );
});

test('a body of almost 16 MB, and the original address of the file', async () => {
  const input = 'x\\n'.repeat(5_300_000);
  const body = `{"custom_id":"big","url":"/v1/responses","method":"POST","delivery_config":{"type":"none"},"body":{"model":"big","input":"${input}"}}`;
  expect((await api.call('POST', '/api/requests', { body })).status).toBe(202);
  const [row] = await listAll(api, '&model=big');
  const file = await api.call('GET', `/batches/${row?.batch_id}/files/input/download`);
  expect(file.text).toContain(`"input":"${input}"}}\n`);
  expect(file.headers['content-disposition']).toContain(`batch-${row?.batch_id}-input.jsonl`);
});

test('a byte order mark before the text changes nothing', async () => {
  const post =
    '{"custom_id":"bom","url":"/v1/responses","method":"POST","delivery_config":{"type":"none"},"body":{"model":"bom"}}';
  expect((await api.call('POST', '/api/requests', { body: `\ufeff${post}` })).status).toBe(202);
  expect((await api.call('POST', '/api/requests', { body: post })).status).toBe(202);
  expect(await listAll(api, '&model=bom')).toHaveLength(1);
});
