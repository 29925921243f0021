/** Runs the command line as people do: a process of its own, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment, projectRoot } from '../../demo/start-service.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder that goes with the test process. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Where {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string | number>>;
  readonly input?: string;
}

export function startCommand(args: readonly string[], { folder, env = {} }: Where): ChildProcess {
  return spawn(process.execPath, [join(projectRoot, 'server', 'cli.ts'), ...args], {
    cwd: folder,
    env: childEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs one command to its end. */
export async function runCommand(args: readonly string[], where: Where): Promise<Ran> {
  const child = startCommand(args, where);
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  // A command that does not read its input may be gone before it has all been written.
  child.stdin?.on('error', () => {});
  child.stdin?.end(where.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
