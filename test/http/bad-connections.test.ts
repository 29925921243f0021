/** Clients that misbehave on the wire: each is answered or let go, and costs nobody else anything. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, openApi } from '../call-api.ts';
import { listAll } from '../list-all.ts';
import { makePost } from '../make-post.ts';
import { openSocket, type RawAnswer, readAnswers, talk } from '../raw-http.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

let running: TestService;
let api: Api;
let goods = 0;
beforeAll(async () => {
  running = await startTestService({ REQUEST_TIMEOUT_MS: 300, BODY_LIMIT_BYTES: 1_000_000 });
  api = await openApi(running.url);
});
afterAll(() => running.stop());

const head = (method: string, path: string, ...headers: string[]) =>
  `${method} ${path} HTTP/1.1\r\n${['Host: x', ...headers].join('\r\n')}\r\n\r\n`;
const json = 'Content-Type: application/json';
const textOf = (customId: string) => JSON.stringify(makePost(customId));
const wholePost = (customId: string) => {
  const body = textOf(customId);
  return `${head('POST', '/api/requests', json, `Content-Length: ${body.length}`)}${body}`;
};

/** A good request still works, and exactly these are stored by then. */
async function losingNothing(act: () => Promise<void>, ...alsoStored: string[]): Promise<void> {
  const before = (await listAll(api)).length;
  await act();
  goods += 1;
  const { status } = await api.call('POST', '/api/requests', { body: makePost(`good ${goods}`) });
  expect(status).toBe(202);
  const ids = (await listAll(api)).map((row) => row.custom_id);
  expect(ids.slice(0, ids.length - before).toSorted()).toEqual([...alsoStored, `good ${goods}`].toSorted());
}

function expectRefusal(answer: RawAnswer | undefined, status: number, code: string): void {
  expect([answer?.status, answer?.json?.errors?.[0]?.code]).toEqual([status, code]);
  if (answer) api.description.checkForm(answer);
}

const faults: [what: string, bytes: string, status: number, code: string][] = [
  ['something that is not HTTP', 'hello\r\n\r\n', 400, 'malformed_http'],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00', 400, 'malformed_http'],
  ['a method that nobody knows', head('FETCH', '/health'), 400, 'malformed_http'],
  ['no Host header', 'GET /health HTTP/1.1\r\n\r\n', 400, 'malformed_http'],
  ['a header with a NUL', head('GET', '/health', 'X: a\0b'), 400, 'malformed_http'],
  ['a path with a raw space', head('GET', '/api/requests/a b'), 400, 'malformed_http'],
  [
    'two lengths',
    head('POST', '/api/requests', json, 'Content-Length: 1', 'Content-Length: 2'),
    400,
    'malformed_http',
  ],
  [
    'a length beside chunks',
    `${head('POST', '/api/requests', json, 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    400,
    'malformed_http',
  ],
  ['a negative length', head('POST', '/api/requests', json, 'Content-Length: -1'), 400, 'malformed_http'],
  ['headers of 20 KB', head('GET', '/health', `X: ${'x'.repeat(20_000)}`), 431, 'headers_too_large'],
  ['a path of 20 KB', head('GET', `/api/requests/${'x'.repeat(20_000)}`), 431, 'headers_too_large'],
  ['headers that never end', `GET /health HTTP/1.1\r\nHost: x\r\nX: `, 408, 'request_timeout'],
  ['no byte at all', '', 408, 'request_timeout'],
  [
    'a body that never comes',
    head('POST', '/api/requests', json, 'Content-Length: 100'),
    408,
    'request_timeout',
  ],
  ['a body that stops half-way', wholePost('half').slice(0, -10), 408, 'request_timeout'],
  [
    'a chunked body that never ends',
    `${head('POST', '/api/requests', json, 'Transfer-Encoding: chunked')}4\r\n{"a"\r\n`,
    408,
    'request_timeout',
  ],
  [
    'a length above the limit, nothing sent',
    head('POST', '/api/requests', json, 'Content-Length: 1000001'),
    413,
    'payload_too_large',
  ],
  [
    'a length of 400 digits',
    head('POST', '/api/requests', json, `Content-Length: ${'9'.repeat(400)}`),
    400,
    'malformed_http',
  ],
  [
    'a body for an unknown address, never sent',
    head('POST', '/nowhere', json, 'Content-Length: 9'),
    404,
    'not_found',
  ],
];

test.each(
  faults.map(([what, bytes, ...expected]) => [what, ...expected, bytes] as const),
)('%s: %i %s', (_what, status, code, bytes) =>
  losingNothing(async () => {
    const [answer] = await talk(running.url, bytes);
    expectRefusal(answer, status, code);
  }));

test('a chunked body above the limit: 413, read by a client that sends on', () =>
  losingNothing(async () => {
    const chunk = `${(100_000).toString(16)}\r\n${' '.repeat(100_000)}\r\n`;
    const bytes = `${head('POST', '/api/requests', json, 'Transfer-Encoding: chunked')}${chunk.repeat(200)}0\r\n\r\n`;
    const [answer] = await talk(running.url, bytes);
    expectRefusal(answer, 413, 'payload_too_large');
  }));

test('a body of one byte at a time arrives', () =>
  losingNothing(async () => {
    const socket = await openSocket(running.url);
    socket.setNoDelay();
    for (const byte of wholePost('byte by byte')) {
      if (!socket.write(byte)) await once(socket, 'drain');
    }
    const [answer] = await readAnswers(socket);
    expect(answer?.status).toBe(202);
    socket.destroy();
  }, 'byte by byte'));

test('one byte of a header now and then (slowloris): let go in time', () =>
  losingNothing(async () => {
    const socket = await openSocket(running.url);
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX: ');
    const drip = setInterval(() => socket.write('x'), 20);
    const [answer] = await readAnswers(socket);
    clearInterval(drip);
    expectRefusal(answer, 408, 'request_timeout');
    socket.destroy();
  }));

test('one byte of a body now and then: let go in time, and the connection is closed', () =>
  losingNothing(async () => {
    const socket = await openSocket(running.url);
    socket.write(head('POST', '/api/requests', json, 'Content-Length: 900000'));
    const drip = setInterval(() => socket.write(' '), 20);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const [answer] = await readAnswers(socket);
    expectRefusal(answer, 408, 'request_timeout');
    await closed;
    clearInterval(drip);
  }));

test('a client that goes away in the middle of a body leaves nothing', () =>
  losingNothing(async () => {
    for (let round = 0; round < 20; round++) {
      const socket = await openSocket(running.url);
      socket.write(wholePost('gone').slice(0, -1));
      socket.resetAndDestroy();
    }
  }));

describe('pipelining', () => {
  test('many requests at once are answered in their order', () =>
    losingNothing(
      async () => {
        const ids = Array.from({ length: 10 }, (_, n) => `piped ${n}`);
        const bytes = ids
          .map((id) => wholePost(id) + head('GET', `/api/requests/${encodeURIComponent(id)}x`))
          .join('');
        const answers = await talk(running.url, bytes, 20);
        expect(answers.map(({ status }) => status)).toEqual(ids.flatMap(() => [202, 404]));
        expect(answers.filter((_, at) => at % 2 === 0).map((answer) => answer.json.custom_id)).toEqual(ids);
      },
      ...Array.from({ length: 10 }, (_, n) => `piped ${n}`),
    ));

  test('a refused body is not taken for the next request', () =>
    losingNothing(async () => {
      const smuggled = head('DELETE', '/api/requests/good%201');
      const bytes = `${head('POST', '/nowhere', json, `Content-Length: ${smuggled.length}`)}${smuggled}${head('GET', '/health')}`;
      const answers = await talk(running.url, bytes, 2);
      expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    }));

  test('what follows a fault is not answered', () =>
    losingNothing(async () => {
      const answers = await talk(
        running.url,
        `${head('GET', '/health')}nonsense\r\n\r\n${wholePost('behind a fault')}`,
        9,
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    }));
});
