/** Odd custom_ids travel through the path of every route that takes one, and meet nobody else on the way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
let api: Api;
beforeAll(async () => {
  running = await startTestService();
  api = await openApi(running.url);
});
afterAll(() => running.stop());

const ids: [what: string, id: string][] = [
  ['slashes', '/a//b/'],
  ['a path that climbs', '../../x'],
  ['one dot', '.'],
  ['two dots', '..'],
  ['a percent sign', '100%'],
  ['an escape as text', 'a%2Fb%25'],
  ['a wrong escape as text', '%zz%'],
  ['a question mark, a hash, an ampersand', 'a?b#c&d=e;f'],
  ['blanks and line feeds', ' a\n\tb '],
  ['a plus', 'a+b'],
  ['a backslash and quotes', '\\"\'`'],
  ['right-to-left marks', '\u202eabc\u200f\u2066'],
  ['emoji', '👩‍👩‍👧🇪🇺'],
  ['combining marks, as they came', 'e\u0301'],
  ['the same letter in one piece', '\u00e9'],
  ['Chinese', '请求一'],
  ['control characters', '\u0001\u007f\u0085\u2028'],
  ['a colon and a star', ':custom_id*'],
  ['the name of a route', 'bulk'],
  ['the name of an order', 'x/cancel'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['512 characters', 'x'.repeat(512)],
  ['512 emoji', '😀'.repeat(512)],
];

/** Every character escaped, so that no client or proxy has an opinion about it. */
const escaped = (id: string) =>
  [...Buffer.from(id)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

test.each(ids)('%s', async (_what, id) => {
  const body = makePost(id);
  expect((await api.call('POST', '/api/requests', { body })).json).toEqual({ custom_id: id });
  for (const path of [encodeURIComponent(id), escaped(id)]) {
    const shown = await api.call('GET', `/api/requests/${path}`);
    expect([shown.status, shown.json?.custom_id]).toEqual([200, id]);
  }
  const path = `/api/requests/${escaped(id)}`;
  expect((await api.call('DELETE', path)).status).toBe(204);
  expect((await api.call('GET', path)).json.errors[0].detail).toContain(JSON.stringify(id));

  expect((await api.call('POST', '/api/requests', { body })).status).toBe(202);
  expect((await api.call('POST', `${path}/cancel`)).json).toEqual({ custom_id: id });
  expect((await api.call('GET', path)).json).toMatchObject({
    outcome: 'cancelled',
    result: { custom_id: id, response: null, error: { code: 'request_cancelled' } },
  });
  // Delivery type none has nowhere to go; what matters is that it was found.
  expect((await api.call('POST', `${path}/redeliver`)).json.errors[0].code).toBe('invalid_state');
  const lines = (await api.call('GET', '/api/results')).text.trimEnd().split('\n');
  expect(lines.filter((line) => JSON.parse(line).custom_id === id)).toHaveLength(1);
});
