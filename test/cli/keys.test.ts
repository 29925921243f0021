import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder, runCommand } from './run-command.for-test.ts';
import { type Running, startRunning } from './running-service.for-test.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.stop());

test('keys are made, listed and revoked in the database when no service runs', async () => {
  const where = { folder: newFolder(), env: { PORT: 1 } };
  const made = await runCommand(['keys', 'create', 'app'], where);
  expect(made.out).toMatch(/^obm_[\w-]{43}\n$/);
  expect(made.err).toMatch(/^Key 1 \(produce\+read\)/);
  expect((await runCommand(['keys', 'list'], where)).out).toMatch(/^1 +app +produce\+read +\S+ +valid$/m);
  expect((await runCommand(['keys', 'revoke', '1'], where)).out).toBe('Key 1 is revoked.\n');
  expect((await runCommand(['keys', 'list'], where)).out).toMatch(/^1 +app .* revoked /m);
  const again = await runCommand(['keys', 'revoke', '1'], where);
  expect([again.code, again.err]).toEqual([1, 'There is no API key 1 that is still valid.\n']);
  expect((await runCommand(['keys', 'create', 'a:b'], where)).code).toBe(2);
});

test('with a service running they go through it, and soon need a key', async () => {
  const admin = (await running.run(['keys', 'create', 'admin', '--scopes', 'operate'])).out.trim();
  const refused = await running.run(['keys', 'list']);
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringMatching(/API key.*Give the key with --key or OPENAI_BATCH_MANAGER_KEY/),
  ]);
  const app = (await running.run(['keys', 'create', 'app', '--key', admin])).out.trim();
  expect((await running.run(['status', '--key', app])).code).toBe(0);
  const forbidden = await running.run(['keys', 'list', '--key', app]);
  expect([forbidden.code, forbidden.err]).toEqual([1, 'This API key lacks the scope operate.\n']);
  expect((await running.run(['keys', 'list', '--key', admin])).out).toMatch(/admin[\s\S]*app/);
  expect(forbidden.err + refused.err).not.toContain('obm_');
});
