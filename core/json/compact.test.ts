import fc from 'fast-check';
import { expect, test } from 'vitest';
import { someSpaces, spaced, valueTokens } from './arbitrary-json.for-test.ts';
import { compactJson } from './compact.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function compact(text: string): string {
  const bytes = encoder.encode(text);
  return decoder.decode(compactJson(bytes, 0, bytes.length));
}

test('any whitespace between tokens goes, every token keeps its text', () => {
  const property = fc.property(valueTokens, someSpaces, (tokens, spaces) => {
    const text = spaced(tokens, spaces);
    expect(compact(text)).toBe(tokens.join(''));
    expect(JSON.parse(compact(text))).toEqual(JSON.parse(text));
    expect(compact(text)).not.toMatch(/[\n\r]/);
  });
  fc.assert(property, { numRuns: 2000 });
});

test('only the span is read, and it is not copied when nothing goes', () => {
  const bytes = encoder.encode(' {"a" : [1,2]}');
  const value = compactJson(bytes, 8, 13);
  expect(decoder.decode(value)).toBe('[1,2]');
  expect(value.buffer).toBe(bytes.buffer);
  expect(compactJson(bytes, 1, 14).buffer).not.toBe(bytes.buffer);
});

test('nesting of 100,000', () => {
  const deep = `${'[{"a":'.repeat(100_000)}0${'}]'.repeat(100_000)}`;
  expect(compact(deep.replaceAll(':', ' : '))).toBe(deep);
});
