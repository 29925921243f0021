/** The service as its own process, as `npm start` runs it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { projectRoot, startService } from '../demo/start-service.ts';
import { type TestSettings, testEnvironment } from './start-test-service.ts';

export interface ChildService {
  readonly url: string;
  readonly pid: number;
  /** Every line that it has written. */
  readonly lines: readonly string[];
  /** SIGTERM; how it ended, and after how many milliseconds. */
  stop(): Promise<{ code: number | null; ms: number }>;
  /** SIGKILL, in the middle of whatever it does. */
  kill(): Promise<unknown>;
}

export async function startChildService(folder: string, settings: TestSettings = {}): Promise<ChildService> {
  const lines: string[] = [];
  const child = await startService(testEnvironment(folder, { LOG_LEVEL: 'info', ...settings }), {
    onLine: (line) => lines.push(line),
  });
  // A test that fails half-way leaves no process behind.
  onTestFinished(async () => {
    await child.kill9();
  });
  return {
    url: child.url,
    pid: child.pid,
    lines,
    kill: () => child.kill9(),
    async stop() {
      const before = performance.now();
      const { code } = await child.stop(15_000);
      return { code, ms: performance.now() - before };
    },
  };
}

/** A start that shall fail. */
export function failToStart(
  folder: string,
  settings: TestSettings,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: projectRoot,
    env: { PATH: process.env['PATH'], ...testEnvironment(folder, settings) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

/** Resident memory of a process in megabytes (Linux). */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}
