import { expect, test } from 'vitest';
import { bytesPerToken, estimateTokens, tokensPerDataUrl } from './tokens.ts';

const estimate = (body: string) => estimateTokens(Buffer.byteLength(body), body);

test('plain text counts by its bytes, rounded up', () => {
  expect(estimateTokens(350, '')).toBe(100);
  expect(estimateTokens(351, '')).toBe(101);
  expect(estimate('é'.repeat(350))).toBe(Math.ceil(700 / bytesPerToken));
});

test('an estimate is at least one', () => {
  expect(estimateTokens(0, '')).toBe(1);
  expect(estimate('data:image/png;base64,AAAA')).toBeGreaterThanOrEqual(1);
});

const around = '{"image_url":""}';
const withImage = (prefix: string, payload: string) => `{"image_url":"${prefix};base64,${payload}"}`;

test.each([100, 10_000, 1_000_000])('a data URL of %i characters counts the same', (length) => {
  const expected = Math.ceil(around.length / bytesPerToken) + tokensPerDataUrl;
  expect(estimate(withImage('data:image/png', 'iVBORw0KGgo/+'.repeat(length).slice(0, length)))).toBe(
    expected,
  );
  expect(estimate(withImage('data:application/vnd.ms-excel', 'A'.repeat(length)))).toBe(expected);
});

test('slashes written as escapes change nothing', () => {
  const plain = withImage('data:image/jpeg', '/9j/4AAQ'.repeat(5_000));
  expect(estimate(plain.replaceAll('/', '\\/'))).toBe(estimate(plain));
});

test('each data URL counts, and the text between them', () => {
  const image = withImage('data:image/png', 'AAAA'.repeat(1_000));
  const text = 'word '.repeat(700);
  const body = `[${image},"${text}",${image}]`;
  const rest = around.length * 2 + text.length + '[,"",]'.length;
  expect(estimate(body)).toBe(Math.ceil(rest / bytesPerToken) + 2 * tokensPerDataUrl);
});

test('a mention of base64 that is no data URL counts by bytes', () => {
  const body = '{"content":"what does ;base64, mean in data:?"}';
  expect(estimate(body)).toBe(Math.ceil(body.length / bytesPerToken));
});

test.each(['<|endoftext|>', '<|im_start|>', '\ud800', '\u0000'])('%j is text like any other', (text) => {
  const body = JSON.stringify({ content: `${text} ;base64, data:image/png;base64,AA== ${text}` });
  expect(() => estimate(body)).not.toThrow();
  expect(estimateTokens(350, text)).toBe(100);
});

/** Milliseconds for the quickest of three. */
function quickest(run: () => void): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const start = performance.now();
      run();
      return performance.now() - start;
    }),
  );
}

const megabyte = 1_000_000;
const hostile: [string, string][] = [
  ['one long run', 'a'.repeat(4 * megabyte)],
  ['a long type', `data:${'a'.repeat(4 * megabyte)}`],
  ['many beginnings', 'data:'.repeat(megabyte)],
  ['many types without a payload', 'data:a/'.repeat(megabyte / 2)],
  ['many half-written URLs', 'data:a/b;base64'.repeat(megabyte / 4)],
  ['a slash between long runs', `data:${'a'.repeat(2 * megabyte)}/${'b'.repeat(2 * megabyte)}`],
  ['many backslashes', `data:a/b;base64,${'\\'.repeat(4 * megabyte)}`],
];

/** A quadratic reader would need minutes for any of these; the linear one needs some 10 ms. */
test.each(hostile)('linear on %s', (_name, text) => {
  expect(quickest(() => estimateTokens(text.length, `${text};base64,`))).toBeLessThan(1_000);
});

test('a payload of 50 MB neither throws nor counts by its bytes', () => {
  const body = withImage('data:video/mp4', 'AAA/'.repeat(12_500_000));
  expect(estimate(body)).toBe(Math.ceil(around.length / bytesPerToken) + tokensPerDataUrl);
});
