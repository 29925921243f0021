/** Security by default: what is served to whom, and what never leaves. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApi } from '../call-api.ts';
import { makePost } from '../make-post.ts';
import { talk } from '../raw-http.ts';
import { failToStart, startChildService } from '../start-child-service.ts';
import { makeFolder } from '../start-test-service.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('HOST=0.0.0.0 without keys: no start, exit code 1, and the way out is shown', async () => {
  const HOST = '0.0.0.0';
  const { code, output } = await failToStart(folder, { HOST });
  expect(code).toBe(1);
  expect(output).toContain(`HOST=${HOST}`);
  for (const way of ['API_KEYS=', 'HOST=127.0.0.1', 'AUTH=none']) expect(output).toContain(way);
});

test('missing and wrong settings are listed all at once, exit code 1', async () => {
  const { code, output } = await failToStart(folder, {
    OPENAI_API_KEY: '',
    PORT: 'http',
    BATCH_MAX_REQUESTS: 0,
  });
  expect(code).toBe(1);
  for (const name of ['OPENAI_API_KEY', 'PORT', 'BATCH_MAX_REQUESTS']) expect(output).toContain(name);
});

test('HOST=0.0.0.0 with keys asks for them; AUTH=none does not', async () => {
  const guarded = await startChildService(folder, { HOST: '0.0.0.0', API_KEYS: 'a:operate:key-of-a' });
  const api = await openApi(guarded.url);
  expect((await api.call('GET', '/api/batches')).status).toBe(401);
  expect((await api.call('GET', '/api/batches', { key: 'key-of-a' })).status).toBe(200);
  expect((await guarded.stop()).code).toBe(0);

  const open = await startChildService(folder, { HOST: '0.0.0.0', AUTH: 'none' });
  expect((await (await openApi(open.url)).call('GET', '/api/batches')).status).toBe(200);
  expect((await open.stop()).code).toBe(0);
});

test('no secret is in a log line, an answer, a page or an error', async () => {
  const secrets = {
    OPENAI_API_KEY: 'sk-never-seen-1',
    API_KEYS: 'op:operate:never-seen-2',
    WEBHOOK_SECRET: `whsec_${Buffer.from('never-seen-3-never-seen-3').toString('base64')}`,
  };
  const service = await startChildService(folder, { ...secrets, LOG_LEVEL: 'debug', RETRY_FASTER: 10_000 });
  const api = await openApi(service.url);
  const key = 'never-seen-2';
  const seen: string[] = [];
  const look = async (method: string, path: string, call = {}) => {
    const { text, headers, json } = await api.call(method, path, { key, ...call });
    seen.push(text, JSON.stringify(headers));
    return json;
  };
  const made = await look('POST', '/api/keys', { body: { name: 'ci', scopes: ['read'] } });
  seen.splice(0);
  await look('POST', '/api/requests', {
    body: makePost('a', { delivery_config: { type: 'webhook', webhook_url: 'http://127.0.0.1:9/x' } }),
  });
  const { batch_id: batch } = await look('GET', '/api/requests/a');
  // The upload fails: nobody answers for the provider.
  await look('POST', `/api/batches/${batch}/upload`);
  await look('POST', '/api/requests', { body: '{' });
  await look('POST', '/api/requests', { key: `${key}x`, body: makePost('b') });
  for (const path of [
    '/api/batches',
    '/api/keys',
    '/api/results',
    '/metrics',
    '/ready',
    '/api/openapi.json',
    '/api/docs',
    '/nowhere',
  ]) {
    await look('GET', path);
  }
  seen.push(
    ...(await talk(service.url, `GET /\0 HTTP/1.1\r\nAuthorization: Bearer ${key}\r\n\r\n`)).map(
      (a) => a.text,
    ),
  );
  await look('GET', `/api/batches/${batch}`);
  expect((await service.stop()).code).toBe(0);
  seen.push(...service.lines);
  expect(service.lines.join('\n')).toContain('try_failed');
  const everything = seen.join('\n');
  const hidden = [
    'sk-never-seen',
    key,
    made.json?.key ?? made.key,
    secrets.WEBHOOK_SECRET,
    secrets.WEBHOOK_SECRET.slice(6),
  ];
  for (const secret of hidden) expect(everything.includes(secret)).toBe(false);
});
