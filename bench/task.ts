/** Both ends of a program that the benchmark starts beside itself: load, receivers, floors. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a program says to the benchmark. */
export type Message = { readonly event: string } & Readonly<Record<string, unknown>>;

export interface Task {
  readonly pid: number;
  /** The next message of this name; rejects when the program ends before it comes. */
  hear<M extends object>(event: string): Promise<M>;
  say(order: string): void;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', endTasks);

/** Ends every program that was started here; whoever waits for its words is told. */
export function endTasks(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts `script` (relative to this folder) with Node, and with `input` for `readInput`. */
export function startTask(script: string, input: object, nodeArgs: readonly string[] = []): Task {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [...nodeArgs, path, JSON.stringify(input)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  const gone = once(child, 'close').finally(() => running.delete(child));
  const unheard: Message[] = [];
  const listeners = new Map<string, (message: Message) => void>();
  child.on('message', (message: Message) => {
    const listener = listeners.get(message.event);
    listeners.delete(message.event);
    if (listener) listener(message);
    else unheard.push(message);
  });
  const hear = (event: string): Promise<Message> => {
    const index = unheard.findIndex((message) => message.event === event);
    if (index >= 0) return Promise.resolve(unheard.splice(index, 1)[0] as Message);
    return new Promise((resolve) => listeners.set(event, resolve));
  };
  return {
    pid: child.pid ?? 0,
    async hear<M extends object>(event: string) {
      const broken = gone.then(([code]) => {
        throw new Error(`${script} ended with ${code} before it said "${event}"`);
      });
      return (await Promise.race([hear(event), broken])) as Message & M;
    },
    say: (order) => child.send(order),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Inside such a program: what it was started with. */
export function readInput<T extends object>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Inside such a program: tells the benchmark. */
export function tell(message: Message): void {
  process.send?.(message);
}

/** Inside such a program: carries out what the benchmark says. */
export function obey(orders: Readonly<Record<string, () => void>>): void {
  process.on('message', (order: string) => orders[order]?.());
}

/** Inside such a program: CPU time of this process since `since`, in milliseconds. */
export function cpuSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}
