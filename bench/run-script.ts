import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { projectRoot } from '../demo/start-service.ts';

/** Runs one of the project's scripts to its end. @throws Error with what it said when it fails */
export async function runScript(path: string): Promise<void> {
  const child = spawn(process.execPath, [path], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 180_000,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${path} ended with ${code}: ${said.slice(-2_000)}`);
}
