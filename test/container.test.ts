/**
 * The image without an engine: the Dockerfile's own steps are carried out in a folder, and what the last stage holds
 * is started as an unprivileged user, with the image's environment and command.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childEnvironment, projectRoot, readListening } from '../demo/start-service.ts';
import { type Simulator, startSimulator } from '../simulator/index.ts';

const nobody = 65_534;
const folder = mkdtempSync(join(tmpdir(), 'container-test-'));
const build = join(folder, 'build');
const app = join(folder, 'app');
const data = join(folder, 'data');
const dockerfile = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8');
const [buildStage = '', runStage = ''] = dockerfile.split(/^FROM .*$/m).slice(1);
const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
let simulator: Simulator;

/** COPY lines of a stage as [sources, target]. */
function copies(stage: string, from: string): [string[], string][] {
  return [...stage.matchAll(/^COPY (--from=\S+ )?(.+)$/gm)].map(([, origin, rest = '']) => {
    const words = rest.split(/\s+/);
    const target = words.pop() ?? '.';
    return [
      words.map((word) => (origin ? word.replace('/build/', '') : word)).map((w) => join(from, w)),
      target,
    ];
  });
}

function layOut(stage: string, from: string, into: string): void {
  mkdirSync(into, { recursive: true });
  for (const [sources, target] of copies(stage, from)) {
    for (const source of sources) {
      const to = target === './' ? join(into, source.slice(from.length)) : join(into, target);
      cpSync(source, to, { recursive: true, verbatimSymlinks: true });
    }
  }
}

beforeAll(async () => {
  simulator = await startSimulator();
  layOut(buildStage, projectRoot, build);
  for (const [, command = ''] of buildStage.matchAll(/^RUN (.+)$/gm)) {
    const offline = command.replace('npm ci', 'npm ci --prefer-offline');
    execFileSync('sh', ['-c', offline], { cwd: build, env: childEnvironment({ PATH }), stdio: 'pipe' });
  }
  layOut(runStage, build, app);
  mkdirSync(data);
  chmodSync(folder, 0o755);
  if (process.getuid?.() === 0) chownSync(data, nobody, nobody);
}, 240_000);

afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the image holds no sources, no tests and no development packages', () => {
  const names = execFileSync('find', [join(app, 'dist'), '-name', '*.ts'], { encoding: 'utf8' });
  expect(names).toBe('');
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const onlyForDevelopment = Object.keys(lock.packages).filter((path) => lock.packages[path]?.dev);
  expect(onlyForDevelopment).toContain('node_modules/typescript');
  expect(onlyForDevelopment.filter((path) => existsSync(join(app, path)))).toEqual([]);
});

test('it starts unprivileged, migrates, listens everywhere with a key, and is healthy', async () => {
  const environment = Object.fromEntries(
    (/^ENV (.+)$/m.exec(runStage)?.[1] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
  );
  const command = JSON.parse(
    /^CMD (\[.*\])$/m.exec(runStage.slice(runStage.indexOf('USER')))?.[1] ?? '[]',
  ) as string[];
  const root = process.getuid?.() === 0;
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: app,
    ...(root ? { uid: nobody, gid: nobody } : {}),
    env: {
      ...childEnvironment({ PATH }),
      ...environment,
      PORT: '0',
      DATABASE_PATH: join(data, 'openai-batch-manager.db'),
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: simulator.url,
      API_KEYS: 'app:produce+read:secret-of-the-app',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let url: string | null = null;
    for await (const line of createInterface({ input: child.stdout })) {
      url = readListening(line);
      if (url) break;
    }
    const local = `http://127.0.0.1:${new URL(url ?? '').port}`;
    const check = /CMD \["node", "-e", "(.+)"\]/.exec(dockerfile)?.[1] ?? '';
    execFileSync(process.execPath, ['-e', check], { env: { PORT: new URL(local).port } });
    expect((await fetch(`${local}/api/requests`)).status).toBe(401);
    const headers = { authorization: 'Bearer secret-of-the-app' };
    expect((await fetch(`${local}/api/requests`, { headers })).status).toBe(200);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
  expect(child.exitCode).toBe(0);
});
