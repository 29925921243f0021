/** The console's pure parts: what an address means, what stays in place, what a figure looks like. */
import { expect, test } from 'vitest';
import { bytes, money, share } from '../../web/src/lib/numbers.ts';
import { prettyJson } from '../../web/src/lib/pretty-json.ts';
import { complete, readRequestSearch, readTyped } from '../../web/src/lib/search.ts';
import { keepSteady } from '../../web/src/lib/steady.ts';
import { duration, relative } from '../../web/src/lib/time.ts';
import { readStays, readTrack } from '../../web/src/lib/track.ts';

test('a search bar reads qualifiers, quotes and free text', () => {
  expect(readTyped('state:failed tag:"two words" abc-1')).toEqual({
    filter: { state: 'failed', tag: 'two words' },
    free: 'abc-1',
    wrong: [],
  });
  expect(readTyped('state:nonsense constructor:x').wrong).toEqual(['state:nonsense']);
  expect(readTyped('constructor:x').free).toBe('constructor:x');
  expect(complete('state:deliver')).toEqual(['state:delivering', 'state:delivered', 'state:delivery_failed']);
  expect(complete('tag:x ou')).toEqual(['tag:x outcome:']);
  expect(readRequestSearch({ state: 'x', outcome: 'failed', tag: 7, limit: '1' })).toEqual({
    outcome: 'failed',
  });
});

test('rows change in place, new ones wait, and what has left the list leaves the page', () => {
  const row = (id: number, word = 'old') => ({ id, word });
  const standing = [row(5), row(4), row(3)];
  const fresh = [row(7, 'new'), row(6, 'new'), row(5, 'changed')];
  expect(keepSteady(standing, fresh, ({ id }) => id)).toEqual([row(5, 'changed'), row(4), row(3)]);
  expect(keepSteady(standing, [row(5), row(3)], ({ id }) => id)).toEqual([row(5), row(3)]);
  expect(keepSteady(standing, [], ({ id }) => id)).toEqual([]);
});

test('JSON is set out without touching a literal', () => {
  const text = '{"n":12345678901234567890,"e":1e400,"s":"a,b:{\\"x\\"}","o":{},"l":[1,[]]}';
  const set = prettyJson(text);
  expect(set).toContain('"n": 12345678901234567890,');
  expect(set).toContain('"s": "a,b:{\\"x\\"}"');
  expect(set.replaceAll(/\n\s*/g, '').replaceAll('": ', '":')).toBe(text);
  expect(prettyJson('{"cut":"in the mid')).toContain('in the mid');
});

test('money shows what it is, however small, and times what they are', () => {
  expect([money(0), money(11), money(22_000), money(1_234_560_000_000)]).toEqual([
    '$0.00',
    '$0.000000011',
    '$0.000022',
    '$1,234.56',
  ]);
  expect([share(0, 0), share(1, 1_000), share(999, 1_000), share(1, 2)]).toEqual([
    '–',
    '<1 %',
    '>99 %',
    '50 %',
  ]);
  expect([bytes(999), bytes(12_400_000)]).toEqual(['999 B', '12.4 MB']);
  expect([duration(340), duration(12_000), duration(7_800_000), duration(100 * 3_600_000)]).toEqual([
    '340 ms',
    '12 s',
    '2 h 10 m',
    '4 d 4 h',
  ]);
  expect([relative(0, 240_000), relative(240_000, 0), relative(0, 10)]).toEqual(['4 m ago', 'in 4 m', 'now']);
});

test('a track shows what has passed, what stands, what is to come, and where the line was left', () => {
  const at = (ms: number) => new Date(ms).toISOString();
  const moves = [
    { to: 'building', transitioned_at: at(0) },
    { to: 'uploading', transitioned_at: at(1_000) },
    { to: 'uploaded', transitioned_at: at(1_500) },
    { to: 'openai_processing', transitioned_at: at(2_000) },
  ] as const;
  const track = readTrack(readStays(moves), 'openai_processing', 9_000);
  expect(track.map(({ standing }) => standing).slice(0, 6)).toEqual([
    'passed',
    'passed',
    'passed',
    'skipped',
    'current',
    'future',
  ]);
  expect(track[0]?.ms).toBe(1_000);
  expect(track[4]?.ms).toBe(7_000);
  const left = readTrack(
    readStays([...moves, { to: 'failed', transitioned_at: at(3_000) }] as const),
    'failed',
    4_000,
  );
  expect(left.find(({ exit }) => exit === 'failed')?.state).toBe('openai_processing');
  expect(left[9]?.standing).not.toBe('passed');
});
