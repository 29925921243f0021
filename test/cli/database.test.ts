import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder, runCommand } from './run-command.for-test.ts';
import { batchLine, type Running, startRunning } from './running-service.for-test.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.stop());

test('migrate makes the database, shows what it has had, and goes back with a yes', async () => {
  const where = { folder: newFolder() };
  expect((await runCommand(['migrate', '--status'], where)).out).toMatch(
    /not made yet\n {2}pending {2}0001-/,
  );
  expect((await runCommand(['migrate'], where)).out).toMatch(/^done 0001-the-line\n/);
  expect((await runCommand(['migrate'], where)).out).toMatch(/has the newest schema/);
  await runCommand(['keys', 'create', 'app'], where);
  const refused: string[] = [];
  const undone: string[] = [];
  for (;;) {
    const asked = await runCommand(['migrate', '--rollback'], where);
    if (asked.err.includes('Add --yes')) refused.push(asked.err);
    const { out } = asked.code === 0 ? asked : await runCommand(['migrate', '--rollback', '--yes'], where);
    if (out.includes('no migration to undo')) break;
    undone.push(out);
  }
  expect(undone.at(-1)).toBe('undone 0001-the-line\n');
  expect(refused.at(-1)).toContain('0001-the-line');
  expect((await runCommand(['keys', 'list'], where)).out).not.toContain('app');
});

test('reset empties the database, and only with a yes', async () => {
  const where = { folder: newFolder() };
  await runCommand(['keys', 'create', 'app'], where);
  expect((await runCommand(['reset'], where)).code).toBe(2);
  expect((await runCommand(['keys', 'list'], where)).out).toContain('app');
  expect((await runCommand(['reset', '--yes'], where)).code).toBe(0);
  expect((await runCommand(['keys', 'list'], where)).out).not.toContain('app');
});

test.each([
  'reset --yes',
  'migrate',
  'migrate --rollback --yes',
])('%s is refused while a service uses the database', async (line) => {
  const { code, err } = await running.run(line.split(' '));
  expect([code, err]).toEqual([1, expect.stringContaining('Another server is using')]);
  expect((await running.run(['migrate', '--status'])).out).toMatch(/in use by a running service/);
});

test('a backup of the running service is whole, private, and never overwrites', async () => {
  const input = Array.from({ length: 500 }, (_, index) => batchLine(`backup-${index}`)).join('\n');
  await running.run(['submit', '-', '--none'], input);
  const copy = join(running.folder, 'copy.db');
  const made = await running.run(['backup', copy]);
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/checked\.\n$/)]);
  for (const secret of ['secret-key-base', 'webhook-secret']) {
    expect(made.err).toContain(`Keep ${join(running.folder, secret)} as well`);
    expect(existsSync(join(running.folder, secret))).toBe(true);
  }
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(existsSync(`${copy}.part`)).toBe(false);
  const again = await running.run(['backup', copy]);
  expect([again.code, again.err]).toEqual([1, `${copy} exists already; give another name.\n`]);

  const restored = await startRunning({ DATABASE_PATH: copy });
  const { out } = await restored.run(['status']);
  await restored.stop();
  // The open batch of a copy is closed at its first start; it goes its way.
  expect(out).toMatch(/^\w+ +1 +500 /m);
});

test('a backup of nothing is refused', async () => {
  const { code, err } = await runCommand(['backup', 'copy.db'], { folder: newFolder() });
  expect([code, err]).toEqual([1, expect.stringMatching(/^There is no database at /)]);
});

test('restored wants a time that has passed, and a database that nobody uses', async () => {
  const where = { folder: newFolder() };
  const said = async (...args: string[]) => {
    const { code, err } = await runCommand(['restored', ...args], where);
    return `${code} ${err}`;
  };
  expect(await said()).toMatch(/^2 Say with --at TIME when/);
  expect(await said('--at', 'yesterday')).toMatch(/^2 --at must be like 90s/);
  expect(await said('--at', '2999-01-01T00:00:00Z')).toMatch(/^2 --at must be a time that has passed/);
  expect(await said('--at', '2h')).toMatch(/^1 There is no database at /);
  const { code, err } = await running.run(['restored', '--at', '2h']);
  expect([code, err]).toEqual([1, expect.stringContaining('Another server is using')]);
});

test('a file that is no database is told by doctor and migrate in a sentence', async () => {
  const folder = newFolder();
  const path = join(folder, 'text.db');
  writeFileSync(path, 'this is no database, though long enough to be looked at as one'.repeat(50));
  const doctor = await runCommand(['doctor'], { folder, env: { DATABASE_PATH: path } });
  expect(doctor.out).toMatch(/FAIL {2}database +.* cannot be read: file is not a database/);
  const migrate = await runCommand(['migrate'], { folder, env: { DATABASE_PATH: path } });
  expect(migrate.code).toBe(1);
  expect(migrate.err).not.toMatch(/ {4}at /);
});
