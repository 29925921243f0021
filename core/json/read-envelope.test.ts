import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyToken, someSpaces, spaced, type Tokens, valueTokens } from './arbitrary-json.for-test.ts';
import { readEnvelope } from './read-envelope.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const read = (text: string) => readEnvelope(encoder.encode(text))!;

type Written = { key: string; tokens: Tokens; keys: string[] }[];

const nested = fc.array(fc.tuple(keyToken, valueTokens), { maxLength: 5 }).map((members) => ({
  tokens: ['{', ...members.flatMap(([key, item], at) => [...(at ? [','] : []), key, ':', ...item]), '}'],
  keys: members.map(([key]) => JSON.parse(key) as string),
}));
const plain = valueTokens
  .filter(([first]) => first !== '{')
  .map((tokens) => ({ tokens, keys: [] as string[] }));
const envelope: fc.Arbitrary<Written> = fc.array(
  fc.tuple(keyToken, fc.oneof(nested, plain)).map(([key, value]) => ({ key, ...value })),
  { maxLength: 8 },
);

/** The first repeated key of the text, from lists of keys and not from bytes. */
function firstRepeated(written: Written): string | null {
  const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
  const seen = new Set<string>();
  for (const { key: literal, keys } of written) {
    const key = JSON.parse(literal) as string;
    if (seen.has(key)) return `/${escaped(key)}`;
    seen.add(key);
    if (key !== 'body' && key !== 'delivery_config') continue;
    const inner = keys.find((name, at) => keys.indexOf(name) < at);
    if (inner !== undefined) return `/${key}/${escaped(inner)}`;
  }
  return null;
}

test('members, first duplicate and body are those of the text', () => {
  const property = fc.property(envelope, someSpaces, (written, spaces) => {
    const tokens = written.flatMap(({ key, tokens }, at) => [...(at ? [','] : []), key, ':', ...tokens]);
    const text = spaced(['{', ...tokens, '}'], spaces);
    const { members, duplicate, body } = read(text);
    const expected = new Map(
      written.map(({ key, tokens: value }) => [JSON.parse(key), JSON.parse(value.join(''))]),
    );
    const bytes = encoder.encode(text);
    const found = [...members].map(([key, { start, end }]) => [
      key,
      JSON.parse(decoder.decode(bytes.subarray(start, end))),
    ]);
    expect(found).toEqual([...expected]);
    expect(duplicate?.pointer ?? null).toBe(firstRepeated(written));
    const last = written.findLast(({ key }) => JSON.parse(key) === 'body');
    expect(body === null ? null : decoder.decode(body)).toBe(last ? last.tokens.join('') : null);
  });
  fc.assert(property, { numRuns: 3000 });
});

test('the pointer says where, in order of the text', () => {
  const pointer = (text: string) => read(text).duplicate?.pointer ?? null;
  expect(pointer('{"a":1,"\\u0061":2}')).toBe('/a');
  expect(pointer('{"body":{"model":1,"x":{},"model":2},"body":{}}')).toBe('/body/model');
  expect(pointer('{"body":{"a/~b":1,"a/~b":2}}')).toBe('/body/a~1~0b');
  expect(pointer('{"delivery_config":{"type":1,"type":1}}')).toBe('/delivery_config/type');
  expect(pointer('{"__proto__":1,"__proto__":1}')).toBe('/__proto__');
  expect(pointer('{"metadata":{"a":1,"a":2},"body":{"b":{"a":1,"a":2}}}')).toBeNull();
});

test('the body is shared when compact, copied when not, and may be anything or absent', () => {
  const bytes = encoder.encode('{ "body" : {"n":1.0e400,"s":"a  \\n\u2028"} }');
  const { body } = readEnvelope(bytes)!;
  expect(body!.buffer).toBe(bytes.buffer);
  expect(decoder.decode(body!)).toBe('{"n":1.0e400,"s":"a  \\n\u2028"}');
  expect(decoder.decode(read('{"body":[ 1 ]}').body!)).toBe('[1]');
  expect(read('{}').body).toBeNull();
  expect(readEnvelope(encoder.encode('[]'))).toBeNull();
});

test('nesting of 100,000, in a Buffer too', () => {
  const deep = `${'[{"a": '.repeat(100_000)}0${'}]'.repeat(100_000)}`;
  const { body } = readEnvelope(Buffer.from(`{"body":${deep}}`))!;
  expect(decoder.decode(body!)).toBe(deep.replaceAll(' ', ''));
});
