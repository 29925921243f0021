/** The command "config" shows what operators have edited, with who and when, whether a service runs or not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from './run-command.for-test.ts';
import { type Running, startRunning } from './running-service.for-test.ts';

const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
const edited = new RegExp(`^CALL_MAX_TRIES +5 +edited by anonymous, ${time}$`, 'm');
const caps = new RegExp(`^TOKEN_CAPS +gpt-4o=90000 +edited by anonymous, ${time}$`, 'm');

let running: Running;
beforeAll(async () => {
  running = await startRunning();
  const answer = await fetch(`${running.service.url}/api/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ CALL_MAX_TRIES: 5, TOKEN_CAPS: { 'gpt-4o': 90_000 } }),
  });
  expect(answer.status).toBe(200);
});
afterAll(() => running.stop());

test('through the running service, named or found, and as JSON', async () => {
  const found = await running.run(['config']);
  expect([found.code, found.err]).toEqual([0, '']);
  expect(found.out).toMatch(edited);
  expect(found.out).toMatch(caps);
  expect(found.out).toMatch(/^BATCH_MAX_REQUESTS +50000 +default$/m);
  const named = await running.run(['config', '--url', running.service.url, '--json']);
  expect(JSON.parse(named.out).settings).toMatchObject({
    CALL_MAX_TRIES: { value: 5, source: 'edited', edited_by: 'anonymous', edited_at: expect.any(String) },
    TOKEN_CAPS: { value: { 'gpt-4o': 90_000 }, source: 'edited' },
    POLL_INTERVAL_MS: { value: 60_000, source: 'default' },
  });
});

test('in the database when nothing answers; a service that was named must answer', async () => {
  const where = {
    folder: running.folder,
    env: { OPENAI_API_KEY: 'sk-test', DATABASE_PATH: running.databasePath, PORT: 1 },
  };
  const { code, out } = await runCommand(['config'], where);
  expect(code).toBe(0);
  expect(out).toMatch(edited);
  expect(out).toMatch(caps);
  const silent = await runCommand(['config', '--url', 'http://127.0.0.1:1'], where);
  expect([silent.code, silent.out]).toEqual([1, '']);
});

test('a service that asks for a key is told about, and the rest is shown', async () => {
  const admin = (await running.run(['keys', 'create', 'admin', '--scopes', 'operate'])).out.trim();
  const refused = await running.run(['config']);
  expect(refused.code).toBe(0);
  expect(refused.out).toMatch(/^CALL_MAX_TRIES +3 +default$/m);
  expect(refused.err).toMatch(
    /^Warning: what operators have edited is not shown\. .*Give the key with --key/,
  );
  expect((await running.run(['config', '--key', admin])).out).toMatch(edited);
});
