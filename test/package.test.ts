/** What a stranger gets: the package, installed in an empty folder, run by npx. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childEnvironment, projectRoot, readListening } from '../demo/start-service.ts';
import packageJson from '../package.json' with { type: 'json' };
import packageLock from '../package-lock.json' with { type: 'json' };
import { type Simulator, startSimulator } from '../simulator/index.ts';

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'package-test-'));
const home = join(folder, 'somewhere else');
/** Nothing of the project's own folders, but this Node first. */
const env = childEnvironment({ PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` });
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: projectRoot,
    env,
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as {
    filename: string;
    files: { path: string }[];
  }[];
  expect(packed?.files.filter(({ path }) => /\.ts$|\.test\.|for-test/.test(path))).toEqual([]);
  mkdirSync(home);
  writeHome(join(folder, packed?.filename ?? ''));
  await execute('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: home,
    env,
    timeout: 100_000,
  });
});

afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * A project that wants the package and what the package needs at run time, in the versions of our own lock file: what
 * `npm ci` has brought here before comes from npm's cache, and nothing is asked of the network.
 */
function writeHome(tarball: string): void {
  const dependencies = { [packageJson.name]: `file:${tarball}` };
  const { version, bin, engines, dependencies: needed } = packageJson;
  const atRunTime = Object.entries(packageLock.packages).filter(
    ([path, entry]) => path !== '' && !('dev' in entry || 'devOptional' in entry),
  );
  const packages = {
    '': { dependencies },
    [`node_modules/${packageJson.name}`]: {
      version,
      resolved: `file:${tarball}`,
      bin,
      engines,
      dependencies: needed,
    },
    ...Object.fromEntries(atRunTime),
  };
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, dependencies }));
  writeFileSync(join(home, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
}

function npx(...args: string[]) {
  return execute('npx', ['--no-install', 'openai-batch-manager', ...args], { cwd: home, env });
}

test('the installed command knows its version and its commands', async () => {
  expect((await npx('--version')).stdout).toBe(`${packageJson.version}\n`);
  expect((await npx('--help')).stdout).toMatch(/^Usage: openai-batch-manager COMMAND/);
});

test('npx openai-batch-manager serve runs, takes a file, and answers it', async () => {
  const settings = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: simulator.url, POLL_INTERVAL_MS: '50' };
  // A group of its own: npx starts a shell that starts the command.
  const child = spawn('npx', ['--no-install', 'openai-batch-manager', 'serve'], {
    cwd: home,
    env: { ...env, ...settings, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const closed = once(child, 'close');
  try {
    const url = await firstUrl(createInterface({ input: child.stdout }));
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] };
    const line = { custom_id: 'packed', method: 'POST', url: '/v1/chat/completions', body };
    writeFileSync(join(home, 'batch.jsonl'), `${JSON.stringify(line)}\n`);
    const { stdout } = await npx('submit', 'batch.jsonl', '--now', '--wait', '--url', url);
    expect(JSON.parse(stdout)).toMatchObject({ custom_id: 'packed', response: { status_code: 200 } });
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await closed;
  }
});

async function firstUrl(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = readListening(line);
    if (url !== null) return url;
  }
  throw new Error('the service ended before it listened');
}
