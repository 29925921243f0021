import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectTokens, someSpaces, spaced } from './arbitrary-json.for-test.ts';
import { lastMember, scanObject } from './scan-object.ts';
import { jsonStringBytes, replaceSpan } from './splice.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

test('the line is the same but for its custom_id', () => {
  const anyText = fc.string({ unit: 'binary' });
  const property = fc.property(objectTokens, someSpaces, anyText, (tokens, spaces, customId) => {
    const whole = [
      '{',
      '"custom\\u005fid"',
      ':',
      '"r1"',
      ...(tokens.length > 2 ? [','] : []),
      ...tokens.slice(1),
    ];
    const text = spaced(whole, spaces);
    const line = encoder.encode(text);
    const { valueStart, valueEnd } = lastMember(scanObject(line)!, 'custom_id')!;
    const spliced = decoder.decode(replaceSpan(line, valueStart, valueEnd, jsonStringBytes(customId)));
    const expected = JSON.parse(text);
    expected.custom_id = customId;
    expect(JSON.parse(spliced)).toEqual(expected);
    const before = decoder.decode(line.subarray(0, valueStart));
    expect(spliced).toBe(before + JSON.stringify(customId) + decoder.decode(line.subarray(valueEnd)));
  });
  fc.assert(property, { numRuns: 1000 });
});

test('a lone surrogate is written as an escape', () => {
  expect(decoder.decode(jsonStringBytes('a"\ud800'))).toBe('"a\\"\\ud800"');
});
