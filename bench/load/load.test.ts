import { expect, test } from 'vitest';
import { HttpMessages } from './http-messages.ts';
import { customId, eightKinds, idLength, makeBody, makePost, oneKind } from './make-request.ts';

const one = 'HTTP/1.1 202 Accepted\r\ncontent-length: 4\r\n\r\nbody';
const two = 'HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n';

test('messages are found wherever the network has cut them', () => {
  const bytes = Buffer.from(one + two + one);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const messages = new HttpMessages();
    const statuses: string[] = [];
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      messages.read(piece, (head) => statuses.push(head.slice(9, 12)));
    }
    expect(statuses).toEqual(['202', '409', '202']);
  }
});

test('a body has the size that was asked for, for every kind', () => {
  for (const kind of eightKinds) expect(makeBody(kind, customId('x-', 1), 2_000)).toHaveLength(2_000);
});

test('a post holds its id twice: as custom_id, and in the text', () => {
  const id = customId('x-', 42);
  const post = JSON.parse(makePost(oneKind[0] as (typeof oneKind)[0], id, 500));
  expect(post).toMatchObject({ custom_id: id, url: '/v1/responses' });
  expect(post.body.input).toContain(id);
});

test.each([false, true])('ids are distinct and of one length (random: %s)', (random) => {
  const ids = Array.from({ length: 50_000 }, (_, n) => customId('a-', n, random));
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids.map((id) => id.length))).toEqual(new Set([idLength]));
});
