import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerText } from './header-text.ts';

test.each([
  ['order-17/a:b,"c"', 'order-17/a:b,"c"'],
  ['50%', '50%25'],
  [' two words ', '%20two%20words%20'],
  ['ünï', '%C3%BCn%C3%AF'],
  ['a\nb', 'a%0Ab'],
  ['🥝', '%F0%9F%A5%9D'],
])('%j travels as %s', (text, value) => {
  expect(headerText(text)).toBe(value);
});

test('whatever it is, it fits into a header and comes out again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const value = headerText(text);
      expect(value).toMatch(/^[!-~]*$/);
      expect(decodeURIComponent(value)).toBe(text);
    }),
  );
});
