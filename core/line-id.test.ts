import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endpointNames } from './endpoints.ts';
import { lineHead, lineId, lineOverheadBytes, lineTail, requestIdOf } from './line-id.ts';

const anyId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

test('an id comes back from its text, which every provider takes and whose width is fixed', () => {
  const property = fc.property(anyId, (id) => {
    const text = lineId(id);
    expect(text).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(text).toHaveLength(17);
    expect(requestIdOf(text)).toBe(id);
  });
  fc.assert(property);
  expect(lineId(42)).toBe('r0000000000000042');
  expect(requestIdOf(lineId(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER);
});

test.each([
  null,
  undefined,
  42,
  '',
  '42',
  'r42',
  'R0000000000000042',
  'r0000000000000000',
  'r00000000000000042',
  'r000000000000004',
  'r0000000000000042 ',
  'r0000000000000042\n',
  ' r0000000000000042',
  'r-000000000000042',
  'r000000000000004x',
  'r00000000000004.2',
  'r9007199254740992',
  'r9999999999999999',
  ['r0000000000000042'],
])('%j is none of ours', (text) => {
  expect(requestIdOf(text)).toBeNull();
});

test('no other text than its own is read as an id', () => {
  const property = fc.property(fc.string({ maxLength: 20 }), (text) => {
    const id = requestIdOf(text);
    if (id !== null) expect(lineId(id)).toBe(text);
  });
  fc.assert(property);
});

test.each(
  endpointNames,
)('a line to %s is JSON with our id, one line, and as long as foretold', (endpoint) => {
  const body = '{"model":"m","input":"é\\n"}';
  for (const id of [1, 42, Number.MAX_SAFE_INTEGER]) {
    const line = `${lineHead(id, endpoint)}${body}${lineTail}`;
    expect(JSON.parse(line)).toEqual({
      custom_id: lineId(id),
      method: 'POST',
      url: endpoint,
      body: { model: 'm', input: 'é\n' },
    });
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(Buffer.byteLength(line)).toBe(Buffer.byteLength(body) + lineOverheadBytes(endpoint));
  }
});
