import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeArray } from './encode-array.ts';
import { findServer } from './find-server.for-test.ts';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: await findServer() });
  await client.connect();
});
afterAll(() => client.end());

test.each([
  ['bigint', [0, 1, -1, 2 ** 32, -(2 ** 32) - 7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, null]],
  ['bigint', []],
  ['integer', [0, -5, 2_147_483_647, null]],
  ['double precision', [0.5, -1e300, null]],
  ['text', ['', 'plain', 'quoted "and", {braced}', 'naïve 🙂', null]],
])('PostgreSQL reads an array of %s as it was meant', async (type, values) => {
  const { rows } = await client.query(`select to_json($1::${type}[])::text as read`, [
    encodeArray(type, values),
  ]);
  expect(JSON.parse(rows[0].read)).toEqual(values);
});

test('bytes arrive as they are', async () => {
  const bytes = Buffer.from([0, 255, 10, 92, 39]);
  const { rows } = await client.query('select ($1::bytea[])[2] as read', [
    encodeArray('bytea', [null, new Uint8Array(bytes)]),
  ]);
  expect(rows[0].read).toEqual(bytes);
});

test('a type that no column has is refused', () => {
  expect(() => encodeArray('uuid', [])).toThrow('not known');
});
