/** The commands that CONTRIBUTING promises are the ones that there are, and the prompt answers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { root } from './run.ts';

test('CONTRIBUTING says each command once', () => {
  const rows = [...readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `(npm [^`]+)`/gm)];
  const commands = rows.map(([, command]) => command);
  expect(commands).toEqual([...new Set(commands)]);
});

test('CONTRIBUTING has a sentence for each command, and names none that is not there', () => {
  const listed = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `npm (?:run )?([\w:]+)/gm);
  const named = new Set([...listed].map(([, name]) => name));
  const own = Object.keys(packageJson.scripts).filter((name) => name !== 'prepack');
  expect([...named].sort()).toEqual(own.sort());
});

test('the prompt has the store at hand, on the database of the settings', async () => {
  const prompt = startNode(['scripts/repl.ts'], { LOG_LEVEL: 'silent' });
  prompt.stdin.end('(await store.listApiKeys()).length + 41\nstore.dialect\n');
  const shown = await text(prompt.stdout);
  expect(shown).toContain('41\n');
  expect(shown).toContain("'sqlite'");
});

test('the service serves while Node watches its files', async () => {
  const [, flags] = /^node (--watch .*) server/.exec(packageJson.scripts.dev) ?? [];
  const watched = startNode([...(flags?.split(' ') ?? []), 'server/cli.ts', 'serve'], { PORT: '0' });
  const seen: string[] = [];
  for await (const line of createInterface(watched.stdout)) {
    seen.push(line);
    if (line.includes('"event":"listening"')) break;
  }
  const url = /"url":"([^"]+)"/.exec(seen.at(-1) ?? '')?.[1];
  const answer = await fetch(`${url}/api/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      custom_id: 'watched',
      method: 'POST',
      url: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: 'is anybody there?' },
      delivery_config: { type: 'none' },
    }),
  });
  expect(answer.status).toBe(202);
  watched.kill('SIGTERM');
  await once(watched, 'exit');
});

/** A process of the project on a database of its own, gone after the test. */
function startNode(args: readonly string[], env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-habits-'));
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      OPENAI_API_KEY: 'sk-habits',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
      DATABASE_PATH: join(folder, 'habits.db'),
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return child;
}
