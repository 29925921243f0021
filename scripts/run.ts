/** Starts a command of the project's own node_modules and tells how it ended. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

/** The project's root. */
export const root = join(import.meta.dirname, '..');

/** @param echo also shows the output as it comes */
export function run(command: string, args: readonly string[], { echo = false } = {}): Promise<Ended> {
  const startedAt = performance.now();
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, NO_COLOR: echo ? undefined : '1' };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (stream: NodeJS.WriteStream) => (chunk: Buffer) => {
    output += chunk.toString('utf8');
    if (echo) stream.write(chunk);
  };
  child.stdout.on('data', take(process.stdout));
  child.stderr.on('data', take(process.stderr));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code: code ?? 1, output, seconds: (performance.now() - startedAt) / 1_000 }),
    );
  });
}
