import { expect, test } from 'vitest';
import { UsageError } from './command.ts';
import { bytesInWords, durationInWords, plural, usdInWords } from './in-words.ts';
import { readTime } from './read-time.ts';
import { localUrl, serviceUrl } from './service.ts';
import { alignColumns } from './write-out.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_500, '1.5 kB'],
  [209_715_200, '209.7 MB'],
  [3e15, '3000.0 TB'],
])('%d bytes are %s', (bytes, words) => expect(bytesInWords(bytes)).toBe(words));

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [250, '4 min 10 s'],
  [86_400, '1 d'],
  [90_061, '1 d 1 h'],
  [86_460, '1 d'],
])('%d seconds are %s', (seconds, words) => expect(durationInWords(seconds)).toBe(words));

test('money and counts', () => {
  expect([usdInWords(0), usdInWords(0.0782), usdInWords(12.345)]).toEqual(['$0.00', '$0.0782', '$12.35']);
  expect([plural(1, 'line'), plural(10_000, 'line')]).toEqual(['1 line', '10,000 lines']);
});

test('columns stand below each other', () => {
  expect(
    alignColumns([
      ['a', 'b'],
      ['long', ''],
    ]),
  ).toBe('a     b\nlong\n');
});

test('a time since which', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  expect(readTime('--since', '2h', now)).toBe(now - 7_200_000);
  expect(readTime('--since', '90s', now)).toBe(now - 90_000);
  expect(readTime('--since', '2026-11-23T11:00:00Z', now)).toBe(now - 3_600_000);
  expect(() => readTime('--since', 'yesterday', now)).toThrow(UsageError);
});

test('where the service is', () => {
  const settings = { PUBLIC_URL: null, HOST: '0.0.0.0', PORT: 4000 };
  expect(serviceUrl(undefined, settings)).toBe('http://127.0.0.1:4000');
  expect(serviceUrl(undefined, { ...settings, PUBLIC_URL: 'https://b.example' })).toBe('https://b.example');
  expect(serviceUrl('http://other:1/', settings)).toBe('http://other:1');
  expect(localUrl({ HOST: '::', PORT: 1 })).toBe('http://[::1]:1');
  expect(() => serviceUrl('other:1', settings)).toThrow(UsageError);
});
