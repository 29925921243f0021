import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that was started and is ended by whoever started it. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, however it ended. */
  readonly exited: Promise<Exit>;
  /** What it printed last, standard output and error together. */
  lastLines(): string[];
  /** Asks it to end, and kills it when it has not within the grace time. */
  stop(graceMs?: number): Promise<Exit>;
  /** Ends it at once, in the middle of whatever it does. */
  kill9(): Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions<Ready> {
  readonly name: string;
  /** The script and its arguments, run by this very Node. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads from an output line that the process is ready, or null. */
  readonly readReady: (line: string) => Ready | null;
  readonly readyWithinMs?: number;
  /** Sees every line of output. */
  readonly onLine?: (line: string) => void;
}

const keptLines = 40;

/** Children still running, so that even a crash of this process takes them along. */
const running = new Set<ChildProcess>();
process.on('exit', killChildren);

/** Ends all of them at once, in the middle of whatever they do. */
export function killChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Starts a child process and waits until it says that it is ready.
 *
 * @throws Error with its last lines when it ends or stays silent instead
 */
export async function startChild<Ready>(options: StartOptions<Ready>): Promise<Child & { ready: Ready }> {
  const { name } = options;
  const child = spawn(process.execPath, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const lines: string[] = [];
  let becomeReady: (ready: Ready) => void = () => {};
  const ready = new Promise<Ready>((resolve) => {
    becomeReady = resolve;
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      options.onLine?.(line);
      const said = options.readReady(line);
      if (said !== null) becomeReady(said);
    });
  }
  const exited = watchExit(child, lines);
  const handle: Child = {
    name,
    pid: child.pid ?? 0,
    exited,
    lastLines: () => [...lines],
    ...endings(child, exited),
  };
  return { ...handle, ready: await waitUntilReady(handle, ready, options.readyWithinMs ?? 30_000) };
}

function watchExit(child: ChildProcess, lines: string[]): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      running.delete(child);
      lines.push(error.message);
      resolve({ code: null, signal: null });
    });
    // `close` rather than `exit`: the last lines are read by then.
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
}

function endings(child: ChildProcess, exited: Promise<Exit>): Pick<Child, 'stop' | 'kill9'> {
  return {
    async stop(graceMs = 10_000) {
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(impatience);
      return exit;
    },
    async kill9() {
      child.kill('SIGKILL');
      return await exited;
    },
  };
}

async function waitUntilReady<Ready>(child: Child, ready: Promise<Ready>, withinMs: number): Promise<Ready> {
  let impatience: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string>((resolve) => {
    impatience = setTimeout(() => resolve(`was not ready within ${withinMs / 1000} s`), withinMs);
  });
  const gone = child.exited.then(
    ({ code, signal }) => `ended with ${signal ?? `code ${code}`} before it was ready`,
  );
  const first = await Promise.race([ready.then((value) => ({ value })), gone, tooLate]);
  clearTimeout(impatience);
  if (typeof first !== 'string') return first.value;
  await child.kill9();
  throw new Error([`${child.name} ${first}; its last lines:`, ...child.lastLines()].join('\n'));
}
