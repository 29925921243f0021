import { expect, test } from 'vitest';
import { packRows, unpackRows } from './pack-rows.ts';

const large = new Uint8Array(1_000).map((_, index) => index % 251);
const rows = [
  { id: 1, name: 'a', none: null, same: 'x', bytes: large.subarray(10, 20), hash: large.subarray(0, 2) },
  { id: 2, name: 'b', none: null, same: 'x', bytes: large.subarray(20, 20), hash: large.subarray(2, 4) },
  { id: 3, name: 'a', none: null, same: 'x', bytes: large.subarray(500), hash: large.subarray(4, 6) },
];

test('rows come out of the other thread as they went in', () => {
  const packed = packRows(rows, ['bytes', 'hash']);
  const there = structuredClone(packed, { transfer: [packed.bytes] });
  expect(unpackRows(there)).toEqual(rows);
});

test('only the bytes of the windows travel, not what they look at', () => {
  expect(packRows(rows, ['bytes', 'hash']).bytes.byteLength).toBe(10 + 0 + 500 + 6);
});

test('what is the same everywhere is written once', () => {
  const { columns } = packRows(rows, ['bytes', 'hash']);
  expect(columns.filter((column) => 'same' in column).map(({ key }) => key)).toEqual(['none', 'same']);
});

test('no rows are no rows', () => {
  expect(unpackRows(packRows<{ bytes: Uint8Array }>([], ['bytes']))).toEqual([]);
});
