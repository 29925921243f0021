/** Who may look and who may order: sessions, roles, and pages of other sites. */
import { createHash } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService } from '../start-test-service.ts';

const CONSOLE_PASSWORD = 'open-for-operators';
const CONSOLE_READ_PASSWORD = 'open-for-readers';
let running: TestService;
beforeAll(async () => {
  running = await startTestService({
    CONSOLE_PASSWORD,
    CONSOLE_READ_PASSWORD,
    API_KEYS: 'p:produce:key-of-produce,r:read:key-of-read',
  });
});
afterAll(() => running.stop());

const ours = { 'x-console': '1', 'content-type': 'application/json' };

async function signIn(secret: string, url = running.url): Promise<{ status: number; cookie: string }> {
  const answer = await fetch(`${url}/api/console/session`, {
    method: 'POST',
    headers: ours,
    body: JSON.stringify({ secret }),
  });
  return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

const order = (headers: Record<string, string>, url = running.url) =>
  fetch(`${url}/api/intake/pause`, { method: 'POST', headers }).then(({ status }) => status);
const look = (headers: Record<string, string>) =>
  fetch(`${running.url}/api/console/overview`, { headers }).then(({ status }) => status);

test('without a session nothing is shown; with a password everything', async () => {
  expect(await look({})).toBe(401);
  const { status, cookie } = await signIn(CONSOLE_PASSWORD);
  expect(status).toBe(204);
  expect(await look({ cookie })).toBe(200);
  expect(await order({ cookie, ...ours })).toBe(200);
});

test('a reader looks and orders nothing; a key that may look opens a session as well', async () => {
  for (const secret of [CONSOLE_READ_PASSWORD, 'key-of-read']) {
    const { cookie } = await signIn(secret);
    expect(await look({ cookie })).toBe(200);
    expect(await order({ cookie, ...ours })).toBe(403);
  }
  expect((await signIn('key-of-produce')).status).toBe(403);
});

test('the cookie is for our own pages alone: no script reads it, no other site sends it, no stranger signs it', async () => {
  const answer = await fetch(`${running.url}/api/console/session`, {
    method: 'POST',
    headers: ours,
    body: JSON.stringify({ secret: CONSOLE_PASSWORD }),
  });
  const given = answer.headers.get('set-cookie') ?? '';
  expect(given).toMatch(/; HttpOnly; SameSite=Strict/);
  const [cookie = ''] = given.split(';');
  expect(await order({ cookie })).toBe(403);
  expect(await order({ cookie, ...ours, origin: 'https://evil.example' })).toBe(403);
  expect(await order({ cookie, ...ours, origin: running.url })).toBe(200);
  const [name = '', value = ''] = cookie.split('=');
  const [content = ''] = value.split('.');
  const raised = Buffer.from(
    Buffer.from(content, 'base64url').toString().replace('operator', 'somebody'),
  ).toString('base64url');
  expect(await look({ cookie: `${name}=${raised}.${value.split('.')[1]}` })).toBe(401);
});

test('without credentials a page of another site still may order nothing', async () => {
  const open = await startTestService();
  try {
    expect(await order({}, open.url)).toBe(200);
    expect(await order({ origin: open.url }, open.url)).toBe(200);
    expect(await order({ origin: 'https://evil.example' }, open.url)).toBe(403);
    expect(await order({ origin: 'null' }, open.url)).toBe(403);
  } finally {
    await open.stop();
  }
});

test('without credentials a name that others may own is not answered, whatever address it has', async () => {
  const open = await startTestService({ PUBLIC_URL: 'https://batches.example' });
  try {
    const as = (host: string, headers: Record<string, string> = {}) =>
      request(`${open.url}/api/batches`, { headers: { host, ...headers } }).then(
        ({ statusCode }) => statusCode,
      );
    expect(await as('evil.example:4000')).toBe(403);
    expect(await as('evil.example', { authorization: 'Bearer any' })).toBe(403);
    const ours = ['localhost:4000', '127.0.0.1', '[::1]:4000', 'batch-manager:4000', 'batches.example'];
    for (const host of ours) expect(await as(host)).toBe(200);
  } finally {
    await open.stop();
  }
});

test('nobody can try passwords against a cookie without asking us', async () => {
  const { cookie } = await signIn(CONSOLE_PASSWORD);
  const [content = ''] = cookie.slice(cookie.indexOf('=') + 1).split('.');
  const said = Buffer.from(content, 'base64url').toString('utf8');
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    expect(said).not.toContain(createHash('sha256').update(CONSOLE_PASSWORD).digest(encoding));
  }
});

test('guesses are limited, and a right password waits with the wrong ones', async () => {
  const guarded = await startTestService({ CONSOLE_PASSWORD });
  try {
    for (let guess = 0; guess < 5; guess++)
      expect((await signIn(`guess-${guess}`, guarded.url)).status).toBe(403);
    expect((await signIn(CONSOLE_PASSWORD, guarded.url)).status).toBe(429);
  } finally {
    await guarded.stop();
  }
});

test('a changed password ends the sessions that came by it', async () => {
  const guarded = await startTestService({ CONSOLE_PASSWORD });
  const { cookie } = await signIn(CONSOLE_PASSWORD, guarded.url);
  const again = await guarded.restart({ CONSOLE_PASSWORD: 'another-password' });
  try {
    const answer = await fetch(`${again.url}/api/batches`, { headers: { cookie } });
    expect(answer.status).toBe(401);
  } finally {
    await again.stop();
  }
});

test('signing out ends the session itself: a copy of its cookie is worth nothing, other sessions stay', async () => {
  for (const secret of [CONSOLE_PASSWORD, 'key-of-read']) {
    const { cookie } = await signIn(secret);
    const { cookie: other } = await signIn(secret);
    const signOut = (headers: Record<string, string>) =>
      fetch(`${running.url}/api/console/session`, { method: 'DELETE', headers }).then(({ status }) => status);
    expect([await signOut({ cookie }), await look({ cookie })]).toEqual([403, 200]);
    expect(await signOut({ cookie, ...ours })).toBe(204);
    expect([await look({ cookie }), await look({ cookie: other })]).toEqual([401, 200]);
    expect(await signOut({ cookie, ...ours })).toBe(204);
  }
});

test('every order is in the list with who, what, when and how it ended', async () => {
  const { cookie } = await signIn(CONSOLE_PASSWORD);
  await fetch(`${running.url}/api/batches/77/cancel`, { method: 'POST', headers: { cookie, ...ours } });
  const answer = await fetch(`${running.url}/api/console/actions?limit=1`, { headers: { cookie } });
  const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
  expect(data[0]).toMatchObject({ action: 'cancel', subject: 'batch 77', actor: 'operator', status: 404 });
  expect(data[0]?.['message']).toContain('77');
  expect(JSON.stringify(data)).not.toContain(CONSOLE_PASSWORD);
});

test('a request found by any of its names leads to its page', async () => {
  await fetch(`${running.url}/api/intake/resume`, {
    method: 'POST',
    headers: { ...ours, cookie: (await signIn(CONSOLE_PASSWORD)).cookie },
  });
  const posted = await fetch(`${running.url}/api/requests`, {
    method: 'POST',
    headers: { authorization: 'Bearer key-of-produce', 'content-type': 'application/json' },
    body: JSON.stringify(makePost('find/me?')),
  });
  expect(posted.status).toBe(202);
  const headers = { authorization: 'Bearer key-of-read' };
  const find = (q: string) =>
    fetch(`${running.url}/api/console/find?q=${encodeURIComponent(q)}`, { headers }).then((a) => a.json());
  const { to } = (await find('find/me?')) as { to: string };
  expect(to).toMatch(/^\/requests\/\d+$/);
  const shown = await fetch(`${running.url}/api/console${to}`, { headers });
  expect(await shown.json()).toMatchObject({ custom_id: 'find/me?' });
  const body = await fetch(`${running.url}/api/console${to}/body`, { headers });
  expect(await body.json()).toHaveProperty('model');
  expect(await find('nobody')).toEqual({ to: null });
});
