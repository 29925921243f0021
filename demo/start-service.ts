import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment, nodeFlags } from '../server/node-flags.ts';
import { type Child, startChild } from './start-child.ts';

/** The repository's root: where the programs and the packages are. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** Settings of a child, by their names in the environment. */
export type ChildSettings = Readonly<Record<string, string | number | undefined>>;

/** A child process that serves HTTP. */
export interface ServingChild extends Child {
  readonly url: string;
}

export interface StartServiceOptions {
  /** Sees every line of its output. */
  readonly onLine?: (line: string) => void;
  readonly readyWithinMs?: number;
  /** What Node runs: the sources, where nothing else is said. */
  readonly entry?: string;
}

/** Starts the service with these settings and waits until it listens. What is not said is its default. */
export async function startService(
  settings: ChildSettings,
  { entry = 'server/main.ts', ...options }: StartServiceOptions = {},
): Promise<ServingChild> {
  const child = await startChild({
    name: 'service',
    args: [...nodeFlags, entry],
    cwd: projectRoot,
    env: childEnvironment({ HOST: '127.0.0.1', PORT: 0, ...nodeEnvironment, ...settings }),
    readReady: readListening,
    ...options,
  });
  return { ...child, url: child.ready };
}

/** A new signing secret in the form of Standard Webhooks. */
export function createSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/**
 * Only what a process needs to run, and the settings: a key or a database path that happens to be set in the
 * shell must never reach a demonstration.
 */
export function childEnvironment(settings: ChildSettings): Record<string, string> {
  const kept = [
    'PATH',
    'HOME',
    'TMPDIR',
    'TEMP',
    'TMP',
    'SystemRoot',
    'LANG',
    'NODE_OPTIONS',
    'NODE_COMPILE_CACHE',
  ];
  const environment: Record<string, string> = {};
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined) environment[name] = String(value);
  }
  return environment;
}

/** The URL in a log line that says where a server listens, or null for any other line. */
export function readListening(line: string): string | null {
  if (!line.includes('"listening"')) return null;
  try {
    const { event, url } = JSON.parse(line) as { event?: unknown; url?: unknown };
    return event === 'listening' && typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
}
