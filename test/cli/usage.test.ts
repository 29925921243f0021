import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { commands } from '../../server/doors/cli/commands.ts';
import { newFolder, runCommand } from './run-command.for-test.ts';

const where = { folder: newFolder() };

test('the version is the package’s', async () => {
  expect(await runCommand(['--version'], where)).toEqual({
    code: 0,
    out: `${packageJson.version}\n`,
    err: '',
  });
});

test('the help names every command, and each command has its own', async () => {
  const { code, out } = await runCommand(['--help'], where);
  expect(code).toBe(0);
  for (const { name } of commands) expect(out).toContain(`  ${name}`);
  const [own, long] = await Promise.all([
    runCommand(['submit', '--help'], where),
    runCommand(['help', 'keys', 'create'], where),
  ]);
  expect(own.out).toMatch(/^Usage: openai-batch-manager submit FILE \[OPTIONS\]/);
  expect(long.out).toMatch(/^Usage: openai-batch-manager keys create NAME \[OPTIONS\]/);
});

test.each([
  [[], /Usage: /],
  [['sumbit'], /There is no command "sumbit". Did you mean "submit"\?/],
  [['keys'], /Say what to do: keys list, keys create, keys revoke/],
  [['submit'], /"submit" takes FILE, not 0 arguments/],
  [['status', 'now'], /"status" takes no argument, not 1/],
  [['status', '--loud'], /Unknown option '--loud'/],
  [['status', '--url', 'nonsense'], /--url must be an http or https URL/],
  [['submit', 'f', '--none', '--webhook', 'http://x/'], /Say either --webhook URL or --none/],
  [['results', '--since', 'soon'], /--since must be like/],
  [['redeliver'], /Say what to deliver again/],
  [['redeliver', '--batch', '1'], /say either --failed or --all/],
  [['keys', 'create', 'app', '--scopes', 'write'], /There is no scope "write"/],
  [['reset'], /Say --yes to do it/],
  [['migrate', '--status', '--rollback'], /either --status or --rollback/],
  [['watch', '--every', '0'], /--every must be/],
  [['doctor', '--receiver', 'example.com'], /--receiver must be an http or https URL/],
])('%j is wrong usage', async (args, sentence) => {
  const { code, out, err } = await runCommand(args, where);
  expect(err).toMatch(sentence);
  expect(err).not.toMatch(/ {4}at /);
  expect([code, out]).toEqual([2, '']);
});

test.each([
  'status',
  'watch',
  'results',
  'redeliver x',
  'submit -',
])('%s needs a running service, and says so', async (line) => {
  const { code, err } = await runCommand(line.split(' '), { ...where, env: { PORT: 1 } });
  expect(err).toBe(
    'No service answers at http://127.0.0.1:1. Start it with "openai-batch-manager serve", or say where it is with --url.\n',
  );
  expect(code).toBe(1);
});

test('serve tells everything that is wrong at once', async () => {
  const { code, err } = await runCommand(['serve'], { ...where, env: { PORT: 'x', LOG_LEVEL: 'loud' } });
  expect(code).toBe(1);
  expect(err.split('\n').filter((line) => line.startsWith('  - '))).toHaveLength(3);
  expect(err).toMatch(/PORT[\s\S]*LOG_LEVEL[\s\S]*OPENAI_API_KEY is missing/);
});

test('serve says that its port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const env = { PORT: port, OPENAI_API_KEY: 'x', OPENAI_BASE_URL: 'http://127.0.0.1:1', LOG_LEVEL: 'error' };
  const { code, err } = await runCommand(['serve'], { folder: newFolder(), env });
  other.close();
  expect([code, err]).toEqual([1, `Port ${port} is taken. Stop the other program, or set another PORT.\n`]);
});

test('config shows values with their sources, and no secret', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, '.env'), 'OPENAI_API_KEY=sk-very-secret\nPORT=4321\nHOST=127.0.0.2\n');
  const env = { PORT: 4322, OPENAI_BASE_URL: 'http://user:very-secret@127.0.0.1/v1', BATCH_MAX_REQUEST: 3 };
  const { code, out, err } = await runCommand(['config'], { folder, env });
  expect(code).toBe(0);
  expect(out).toMatch(/^PORT +4322 +environment$/m);
  expect(out).toMatch(/^HOST +127\.0\.0\.2 +\.env$/m);
  expect(out).toMatch(/^OPENAI_API_KEY +\(hidden\) +\.env$/m);
  expect(out).toMatch(/^LOG_LEVEL +info +default$/m);
  expect(err).toBe('Warning: BATCH_MAX_REQUEST is not a setting; did you mean BATCH_MAX_REQUESTS?\n');
  const json = await runCommand(['config', '--json'], { folder, env });
  expect(JSON.parse(json.out)).toMatchObject({
    settings: { PORT: { value: 4322, source: 'environment' }, WEBHOOK_SECRET: { value: null } },
    complaints: [],
    unknown: [{ name: 'BATCH_MAX_REQUEST', nearest: 'BATCH_MAX_REQUESTS' }],
  });
  expect(out + json.out).not.toContain('very-secret');
});

test('a wrong setting stops other commands as well', async () => {
  const { code, err } = await runCommand(['keys', 'list'], { ...where, env: { PORT: 'x' } });
  expect(code).toBe(1);
  expect(err).toMatch(/PORT must be a whole number/);
});
