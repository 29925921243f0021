import type { SeenSummary } from '../simulator/index.ts';
import { startChild } from './start-child.ts';
import { childEnvironment, projectRoot, readListening, type ServingChild } from './start-service.ts';

/** Starts the simulated OpenAI on a free port and waits until it listens. */
export async function startSimulator(
  args: readonly string[] = [],
  onLine?: (line: string) => void,
): Promise<ServingChild> {
  const child = await startChild({
    name: 'simulator',
    args: ['simulator/main.ts', '--port', '0', ...args],
    cwd: projectRoot,
    env: childEnvironment({}),
    readReady: readListening,
    ...(onLine && { onLine }),
  });
  return { ...child, url: child.ready };
}

/** What the simulator has seen so far, counted line by line. */
export async function readSeen(simulator: string, signal?: AbortSignal): Promise<SeenSummary> {
  const response = await fetch(`${simulator}/__simulator/seen?summary=1`, { signal: signal ?? null });
  if (!response.ok) throw new Error(`the simulator's summary: ${response.status} ${await response.text()}`);
  return (await response.json()) as SeenSummary;
}
