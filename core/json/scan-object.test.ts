import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyToken, objectTokens, someSpaces, spaced, valueTokens } from './arbitrary-json.for-test.ts';
import { findDuplicateKey } from './duplicate-key.ts';
import { lastMember, scanObject } from './scan-object.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

test('keys, order and values are those of the text', () => {
  const members = fc.array(fc.tuple(keyToken, valueTokens), { maxLength: 8 });
  const property = fc.property(members, someSpaces, (written, spaces) => {
    const values = written.map(([, tokens]) => spaced(tokens, spaces).trim());
    const text = `{${written.map(([key], at) => `${spaces[0] ?? ''}${key} :\t${values[at]}\n`).join(',')}}`;
    const bytes = encoder.encode(text);
    const found = scanObject(bytes)!;
    const keys = written.map(([key]) => JSON.parse(key) as string);
    expect(found.map(({ key }) => key)).toEqual(keys);
    expect(found.map((member) => decoder.decode(bytes.subarray(member.valueStart, member.valueEnd)))).toEqual(
      values,
    );
    expect(found.every(({ keyStart }) => bytes[keyStart] === 0x22)).toBe(true);
    expect(findDuplicateKey(found)).toBe(keys.find((key, at) => keys.indexOf(key) < at) ?? null);
    for (const key of keys) expect(lastMember(found, key)).toBe(found[keys.lastIndexOf(key)]);
  });
  fc.assert(property, { numRuns: 2000 });
});

test('null unless the text is an object', () => {
  for (const text of ['[]', '1', '"{}"', 'null', '', ' ', '{', '{"a"', '{"a":{}', '{} 1']) {
    expect(scanObject(encoder.encode(text)), text).toBeNull();
  }
  for (const text of ['{}', ' { } ', '\ufeff{}']) expect(scanObject(encoder.encode(text)), text).toEqual([]);
});

test('a walk over bytes that are not JSON ends all the same', () => {
  const parts = fc.array(fc.constantFrom('{', '}', '"', '\\"', ':', ',', '[', ']', 'a', ' ', '\xff'));
  const property = fc.property(parts, (some) => {
    scanObject(Uint8Array.from(`{${some.join('')}`, (character) => character.charCodeAt(0)));
  });
  fc.assert(property, { numRuns: 5000 });
});

test('keys are told apart at any length, in ASCII or not', () => {
  const names = fc.uniqueArray(
    fc.oneof(fc.string(), fc.string({ unit: 'binary', minLength: 30, maxLength: 40 })),
  );
  const property = fc.property(names, (keys) => {
    const text = `{${keys.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`;
    const found = scanObject(encoder.encode(text))!.map(({ key }) => key);
    expect(found).toEqual(keys.map((key) => JSON.parse(JSON.stringify(key))));
  });
  fc.assert(property, { numRuns: 1000 });
});

test('nesting of 100,000 and an object of objects', () => {
  const deep = `${'[{"a":'.repeat(100_000)}0${'}]'.repeat(100_000)}`;
  expect(scanObject(encoder.encode(`{"x":${deep},"y":1}`))!.map(({ key }) => key)).toEqual(['x', 'y']);
  fc.assert(
    fc.property(objectTokens, (tokens) => {
      expect(scanObject(encoder.encode(tokens.join('')))).not.toBeNull();
    }),
  );
});
