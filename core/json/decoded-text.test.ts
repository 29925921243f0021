import { expect, test } from 'vitest';
import { hasLoneSurrogate, hasNul } from './decoded-text.ts';

test('text that cannot be stored decoded', () => {
  for (const text of ['', 'a', '😀', '\u2028', '\ufeff']) {
    expect([hasLoneSurrogate(text), hasNul(text)]).toEqual([false, false]);
  }
  for (const text of ['\ud800', 'a\udc00', '\ude00\ud83d']) expect(hasLoneSurrogate(text)).toBe(true);
  expect(hasNul('a\0')).toBe(true);
});
