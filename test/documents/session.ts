/** A document's reader: a folder of their own, the service and the simulator, and the commands as they are printed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { childEnvironment, projectRoot, type ServingChild, startService } from '../../demo/start-service.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { freePorts } from '../free-ports.ts';
import { until } from '../until.ts';

/** Ports that documents name; each is a free one here. */
const portsInDocuments = ['4000', '4010', '8080', '8081', '8082'] as const;

/** A command that takes longer is stuck. */
const longestMs = 60_000;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface SessionOptions {
  /** False where the document starts the service and the simulator itself, in a checkout. */
  readonly service: boolean;
  /** Settings of the service and of every command. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly simulator?: SimulatorOptions;
}

export class Session {
  /** Made when the session is opened. */
  folder = '';
  readonly #ports = new Map<string, string>();
  readonly #staying: ChildProcess[] = [];
  readonly #options: SessionOptions;
  #startedLast = '';
  #simulator: Simulator | undefined;
  #service: ServingChild | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'documents-'));
    const ports = await freePorts(portsInDocuments.length);
    for (const [n, port] of portsInDocuments.entries()) this.#ports.set(port, String(ports[n]));
    this.#addCommand();
    const linked = this.#options.service ? ['node_modules'] : readdirSync(projectRoot).filter(isOfCheckout);
    for (const name of linked) symlinkSync(join(projectRoot, name), join(this.folder, name));
    if (!this.#options.service) return;
    this.#simulator = await startSimulator(this.#options.simulator);
    await this.startService();
  }

  async startService(): Promise<void> {
    if (this.#options.service) this.#service = await startService(this.#settings());
    else await this.startToStay(this.#startedLast);
  }

  /** Where the document has started it, it is killed. */
  async stopService(): Promise<void> {
    await this.#service?.stop();
    this.#service = undefined;
    if (!this.#options.service) await endGroup(this.#staying.pop(), 'SIGKILL');
  }

  async close(): Promise<void> {
    await Promise.all(this.#staying.splice(0).map((child) => endGroup(child, 'SIGTERM')));
    await this.#service?.stop();
    await this.#simulator?.close();
    if (this.folder !== '') rmSync(this.folder, { recursive: true, force: true });
  }

  /** A document's text with the ports of this session. */
  here(text: string): string {
    return text.replaceAll(/\b(?:4000|4010|808[0-2])\b/g, (port) => this.#ports.get(port) ?? port);
  }

  keepFile(name: string, text: string): void {
    this.keepBytes(name, Buffer.from(`${this.here(text)}\n`));
  }

  keepBytes(name: string, bytes: Uint8Array): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }

  /** Whether a file holds anything. */
  hasFile(name: string): boolean {
    return (statSync(join(this.folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0;
  }

  /** Runs what stands in a block, to its end. */
  async run(text: string): Promise<Ran> {
    const child = this.#start(text);
    const said = listen(child);
    const ended = new AbortController();
    const late = AbortSignal.timeout(longestMs);
    late.addEventListener('abort', () => killGroup(child, 'SIGKILL'), { signal: ended.signal });
    const [code] = (await once(child, 'close')) as [number | null];
    ended.abort();
    return { code, out: said.out, err: said.err };
  }

  /** Runs a command again and again until its output holds a text. */
  async until(command: string, text: string): Promise<void> {
    await until(async () => (await this.run(command)).out.includes(text), longestMs);
  }

  /** Starts what stands in a block, and waits until it says that it listens. @returns how to end it */
  async startToStay(text: string): Promise<() => Promise<unknown>> {
    const child = this.#start(text);
    this.#staying.push(child);
    this.#startedLast = text;
    const said = listen(child);
    await until(() => /listen/i.test(said.out) || child.exitCode !== null, longestMs);
    if (child.exitCode !== null) throw new Error(`it ended by itself: ${said.out}${said.err}`);
    return () => endGroup(child, 'SIGTERM');
  }

  /** Runs what goes on until Ctrl-C, and interrupts it as soon as something holds. */
  async interrupt(text: string, holds: (said: { readonly out: string }) => boolean): Promise<Ran> {
    const child = this.#start(text);
    this.#staying.push(child);
    const said = listen(child);
    const closed = once(child, 'close');
    await until(() => holds(said) || child.exitCode !== null, longestMs);
    killGroup(child, 'SIGINT');
    const [code] = (await closed) as [number | null];
    return { code, out: said.out, err: said.err };
  }

  #start(text: string): ChildProcess {
    return spawn('bash', ['-euo', 'pipefail', '-c', this.here(text)], {
      cwd: this.folder,
      env: { ...childEnvironment(this.#settings()), PATH: this.#path(), TMPDIR: this.folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it starts ends with it.
      detached: true,
    });
  }

  #settings(): Record<string, string | number> {
    const simulatorUrl = this.#simulator?.url;
    return {
      DATABASE_PATH: join(this.folder, 'data', 'openai-batch-manager.db'),
      PORT: this.here('4000'),
      SIMULATOR_PORT: this.here('4010'),
      RETRY_FASTER: 100,
      ...(simulatorUrl && {
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: simulatorUrl,
        BATCH_MAX_AGE_MS: 3_000,
        POLL_INTERVAL_MS: 50,
      }),
      PUBLIC_URL: `http://127.0.0.1:${this.here('4000')}`,
      ...this.#options.settings,
    };
  }

  #path(): string {
    return [join(this.folder, '.bin'), dirname(process.execPath), process.env['PATH']].join(':');
  }

  /** The program by its name, as where the package is installed. */
  #addCommand(): void {
    const path = join(this.folder, '.bin', 'openai-batch-manager');
    mkdirSync(dirname(path));
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${projectRoot}server/cli.ts' "$@"\n`);
    chmodSync(path, 0o755);
  }
}

/** What runs or leaves something of its own is not shared with a session. */
function isOfCheckout(name: string): boolean {
  return !['.git', '.env', 'data', 'dist'].includes(name);
}

function listen(child: ChildProcess): { out: string; err: string } {
  const said = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  return said;
}

async function endGroup(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  killGroup(child, signal);
  await closed;
}

function killGroup({ pid, exitCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}
