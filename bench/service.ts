/** Ours: the built service as its own process, started as operators start it. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from '../demo/start-child.ts';
import { childEnvironment, projectRoot, readListening } from '../demo/start-service.ts';
import { nodeEnvironment, nodeFlags } from '../server/node-flags.ts';
import { placeOf, storedIn } from './databases.ts';
import { cpuMs, peakMb } from './process-figures.ts';
import type { Setup } from './setup.ts';
import type { Stored } from './stored.ts';

/** The key that load and floors use; authentication is part of every request. */
export const apiKey = 'bench-0123456789abcdef0123456789abcdef';

/** What `scripts/build.ts` makes; from sources Node strips the types first, which takes time and memory of its own. */
export const builtCommand = 'dist/server/cli.js';

/** A line of the service's log, and when it was read here. */
export interface LogLine {
  readonly event: string;
  readonly time: number;
  readonly [name: string]: unknown;
}

/** Epoch milliseconds of a line, however the log writes its time. */
export function timeOf({ time }: LogLine): number {
  return new Date(time).getTime();
}

export interface Ours {
  readonly url: string;
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** The first log line that fits, said already or still to come. */
  saw(fits: (line: LogLine) => boolean, withinMs?: number): Promise<LogLine>;
  /** CPU time and peak memory so far. */
  used(): { cpuMs: number; memMb: number };
  call<T>(method: string, path: string, body?: object): Promise<T>;
  /** What its database holds, once it has stopped. */
  stored(): Promise<Stored>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly folder: string;
  /** The provider's address, without `/v1`. */
  readonly provider?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Names the profile, when profiles are wanted. */
  readonly name: string;
  /** Records how long the event loop stood still (see probes/stalls.ts). */
  readonly stallFile?: string;
}

export async function startOurs(setup: Setup, options: StartOptions): Promise<Ours> {
  const log: LogLine[] = [];
  const child = await startChild({
    name: 'service',
    args: [...nodeFlags, ...extraFlags(setup, options), builtCommand, 'serve'],
    cwd: projectRoot,
    env: childEnvironment({
      HOST: '127.0.0.1',
      PORT: 0,
      ...nodeEnvironment,
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: `${options.provider ?? 'http://127.0.0.1:9'}/v1`,
      API_KEYS: apiKey,
      ...(await databaseSettings(setup, options.folder)),
      FSYNC_DELAY_MS: setup.fsyncDelayMs,
      STALL_FILE: options.stallFile,
      ...options.settings,
    }),
    readReady: readListening,
    onLine: (line) => {
      if (line.startsWith('{')) log.push(JSON.parse(line) as LogLine);
    },
  });
  let gone = false;
  void child.exited.then(() => {
    gone = true;
  });
  return {
    url: child.ready,
    pid: child.pid,
    log,
    saw: (fits, withinMs = 120_000) => waitForLine(log, fits, withinMs, () => gone),
    used: () => ({ cpuMs: cpuMs(child.pid), memMb: peakMb(child.pid) }),
    call: (method, path, body) => call(child.ready, method, path, body),
    stored: () => storedIn(setup, options.folder),
    async stop() {
      await child.stop(20_000);
    },
    async kill() {
      await child.kill9();
    },
  };
}

/** Every service on one database signs with the same. */
const webhookSecret = `whsec_${Buffer.from('for the benchmark alone, always').toString('base64')}`;

/** How a service finds the database of a folder. */
export async function databaseSettings(setup: Setup, folder: string): Promise<Record<string, string>> {
  const { databasePath, databaseUrl } = await placeOf(setup, folder);
  if (databaseUrl === null) return { DATABASE_PATH: databasePath };
  return {
    DATABASE_PATH: databasePath,
    DATABASE_URL: databaseUrl,
    SECRET_KEY_BASE: 'for-the-benchmark-alone-'.repeat(2),
    WEBHOOK_SECRET: webhookSecret,
  };
}

function extraFlags(setup: Setup, { name, stallFile }: StartOptions): string[] {
  const flags: string[] = [];
  if (stallFile !== undefined) flags.push('--import', './bench/probes/stalls.ts');
  if (setup.profileFolder !== null) {
    flags.push('--cpu-prof', `--cpu-prof-dir=${join(setup.profileFolder, name)}`);
  }
  return flags;
}

async function waitForLine(
  log: readonly LogLine[],
  fits: (line: LogLine) => boolean,
  withinMs: number,
  gone: () => boolean,
): Promise<LogLine> {
  const latest = performance.now() + withinMs;
  for (;;) {
    const line = log.find(fits);
    if (line) return line;
    if (gone() || performance.now() > latest) {
      const how = gone() ? 'ended before it got there' : `did not get there within ${withinMs / 1_000} s`;
      throw new Error(`the service ${how}; it said last: ${JSON.stringify(log.slice(-5))}`);
    }
    await pause(5);
  }
}

async function call<T>(url: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
