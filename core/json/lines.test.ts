import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, type LineOptions, LineSplitter, readLines } from './lines.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const reporting: LineOptions = { maxLength: 1_000_000, blankLines: 'report' };

function linesOf(chunks: Uint8Array[], options = reporting): Line[] {
  const splitter = new LineSplitter(options);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

function cut(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

/** What the splitter must find, said the slow way. */
function splitNaively(bytes: Uint8Array, maxLength: number) {
  const text = String.fromCharCode(...bytes);
  const mark = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const parts = text.slice(mark).split('\n');
  let offset = mark;
  const lines = parts.map((part, index) => {
    const bare = part.replace(/\r$/, '');
    const terminated = index < parts.length - 1;
    const line = { number: index + 1, offset, terminated, part: bare };
    offset += part.length + 1;
    if (bare.length > maxLength) return { ...line, kind: 'too-long' };
    return { ...line, kind: /^[ \t\r]*$/.test(bare) ? 'blank' : 'text' };
  });
  return lines.filter((line, index) => line.terminated || parts[index] !== '');
}

const someBytes = fc
  .array(
    fc.constantFrom(
      '\n',
      '\r',
      '\r\n',
      ' ',
      'a',
      'bcd',
      '\u2028',
      '\u0085',
      '\ufeff',
      '\x00',
      '😀',
      '{"a":1}',
    ),
  )
  .map((parts) => encoder.encode(parts.join('')));

test('the lines are those of a naive split, for any chunks', () => {
  const property = fc.property(
    someBytes,
    fc.array(fc.nat()),
    fc.integer({ min: 1, max: 9 }),
    (bytes, places, max) => {
      const expected = splitNaively(bytes, max);
      const lines = linesOf(cut(bytes, places), { maxLength: max, blankLines: 'report' });
      expect(lines).toHaveLength(expected.length);
      for (const [index, line] of lines.entries()) {
        const { part, terminated, ...place } = expected[index]!;
        expect(line).toMatchObject(place);
        if (line.kind === 'too-long') {
          expect(line.length).toBeGreaterThan(max);
          continue;
        }
        expect(line.terminated).toBe(terminated);
        if (line.kind === 'text') expect(String.fromCharCode(...line.bytes)).toBe(part);
      }
    },
  );
  fc.assert(property, { numRuns: 2000 });
});

test('a line feed at the end opens no further line, and its absence is told', () => {
  for (const [text, count, ended] of [
    ['', 0, true],
    ['\ufeff', 0, true],
    ['a\n', 1, true],
    ['a\n\n', 2, true],
    ['a\nb', 2, false],
    ['\r', 1, false],
  ] as const) {
    const splitter = new LineSplitter(reporting);
    const lines = [...splitter.push(encoder.encode(text)), ...splitter.end()];
    expect([lines.length, splitter.endedWithNewline]).toEqual([count, ended]);
  }
});

test('an over-long line is reported once, before its end is known, and the stream goes on', () => {
  const splitter = new LineSplitter({ maxLength: 4, blankLines: 'report' });
  const push = (text: string) => splitter.push(encoder.encode(text));
  expect(push('ok\nabc')).toMatchObject([{ kind: 'text', number: 1 }]);
  expect(push('de')).toEqual([{ kind: 'too-long', number: 2, offset: 3, length: 5 }]);
  expect(push('fgh')).toEqual([]);
  expect(push('\nabcd\r')).toEqual([]);
  expect(push('\nabcd\r')).toMatchObject([{ kind: 'text', number: 3, offset: 12 }]);
  expect(push('e')).toMatchObject([{ kind: 'too-long', number: 4, offset: 18 }]);
  expect(splitter.end()).toEqual([]);
  expect(splitter.endedWithNewline).toBe(false);
});

test('blank lines can be skipped and are counted all the same', () => {
  const lines = linesOf([encoder.encode('\na\n \t\r\nb')], { maxLength: 9, blankLines: 'skip' });
  expect(lines.map((line) => [line.kind, line.number])).toEqual([
    ['text', 2],
    ['text', 4],
  ]);
});

test('a long line in many small chunks takes linear time', () => {
  const chunk = encoder.encode('x'.repeat(16));
  const started = performance.now();
  const lines = linesOf([...Array<Uint8Array>(500_000).fill(chunk), encoder.encode('\n')], {
    maxLength: 16_000_000,
    blankLines: 'skip',
  });
  expect(lines).toMatchObject([{ kind: 'text', terminated: true }]);
  // A quadratic reader would need minutes.
  expect(performance.now() - started).toBeLessThan(20_000);
});

test('an async stream gives the same lines', async () => {
  async function* chunks() {
    yield encoder.encode('{"a":"\u2028');
    yield encoder.encode('"}\r\nlast');
  }
  const splitter = new LineSplitter(reporting);
  const texts: string[] = [];
  for await (const lines of readLines(chunks(), splitter)) {
    for (const line of lines) if (line.kind === 'text') texts.push(decoder.decode(line.bytes));
  }
  expect(texts).toEqual(['{"a":"\u2028"}', 'last']);
  expect(splitter.endedWithNewline).toBe(false);
});
