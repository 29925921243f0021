/**
 * A RabbitMQ of the test's own, from the installed package, with its own name, ports, folder and port mapper: it may
 * be stopped, killed and told to be out of memory without anybody else noticing.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports.ts';
import { until } from '../until.ts';

const run = promisify(execFile);

/** Where packages put the scripts themselves; those on the PATH change to another user first. */
const scriptFolders = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin'];
const startMs = 120_000;

export interface OwnBroker {
  readonly url: string;
  readonly port: number;
  /** Runs `rabbitmqctl` on it. @returns what it prints */
  ctl(...args: string[]): Promise<string>;
  /** Lets the process of a classic queue stand still, or go on: whoever publishes to it hears nothing. */
  holdQueue(name: string, still: boolean): Promise<void>;
  /** Ends it, in order or by SIGKILL. What is durable stays. */
  stop(how?: 'in order' | 'kill'): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

export async function startOwnBroker(): Promise<OwnBroker> {
  const scripts = scriptFolders.find((folder) => existsSync(join(folder, 'rabbitmq-server')));
  if (!scripts) {
    throw new Error(
      'No RabbitMQ: install the package rabbitmq-server, or set RABBITMQ_URL to one that runs.',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'obm-broker-'));
  const [port = 0, distPort = 0, mapperPort = 0] = await freePorts(3);
  const env = makeEnvironment(folder, { port, distPort, mapperPort });
  const broker: OwnBroker = {
    port,
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    ctl: async (...args) => (await run(join(scripts, 'rabbitmqctl'), args, { env, timeout: 60_000 })).stdout,
    async holdQueue(name, still) {
      const queue = `rabbit_misc:r(<<"/">>, queue, <<"${name}">>)`;
      const process = `amqqueue:get_pid(element(2, rabbit_amqqueue:lookup(${queue})))`;
      await broker.ctl('eval', `sys:${still ? 'suspend' : 'resume'}(${process}).`);
    },
    async start() {
      child = spawn(join(scripts, 'rabbitmq-server'), [], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      await takesConnections(child, port);
    },
    async stop(how = 'in order') {
      if (child) await end(child, how);
      child = undefined;
    },
    async remove() {
      await broker.stop('kill');
      await until(() => endMapper(mapperPort, env));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  let child: ChildProcess | undefined;
  await broker.start().catch(async (error) => {
    await broker.remove();
    throw error;
  });
  return broker;
}

/** The port mapper stays while it still knows a name. @returns whether it is gone */
async function endMapper(port: number, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const { stdout } = await run('epmd', ['-port', String(port), '-kill'], { env });
    return stdout.includes('Killed');
  } catch (error) {
    return /cannot connect/i.test(String(error));
  }
}

function makeEnvironment(
  folder: string,
  ports: { readonly port: number; readonly distPort: number; readonly mapperPort: number },
): NodeJS.ProcessEnv {
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'plugins'), '[].');
  const path = process.env['PATH'] ?? '';
  return {
    PATH: `${path}:/usr/sbin:${dirname(process.execPath)}`,
    HOME: join(folder, 'home'),
    LANG: 'C.UTF-8',
    RABBITMQ_NODENAME: `obm-${randomBytes(4).toString('hex')}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.port),
    RABBITMQ_DIST_PORT: String(ports.distPort),
    ERL_EPMD_PORT: String(ports.mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'none'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'none.config'),
  };
}

async function takesConnections(child: ChildProcess, port: number): Promise<void> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
    });
  }
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`RabbitMQ ended with ${child.exitCode}:\n${output}`);
    return output.includes('Starting broker... completed') && (await isOpen(port));
  }, startMs);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The script has children; all of them are in its process group. */
async function end(child: ChildProcess, how: 'in order' | 'kill'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    process.kill(how === 'kill' ? -child.pid : child.pid, how === 'kill' ? 'SIGKILL' : 'SIGTERM');
  } catch {
    // It has just ended.
  }
  await ended;
}
