/** The command line: finds the command, reads its options, runs it, and ends with 0 (ok), 1 (failed) or 2 (wrong usage). */
import { parseArgs } from 'node:util';
import { AppError } from '../../../core/errors.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { ConfigError } from '../../config/config-error.ts';
import { readEnvFile } from '../../config/env-file.ts';
import { findNearest, findUnknownSettings } from '../../config/find-unknown.ts';
import { type Environment, inspectSettings } from '../../config/read-settings.ts';
import { type Call, type Command, CommandFailed, type Io, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { helpOfAll, helpOfCommand } from './help.ts';

/** Runs one command line and sets the exit code of the process. */
export async function runCli(argv: readonly string[], serve: Call['serve']): Promise<void> {
  const io: Io = { in: process.stdin, out: process.stdout, err: process.stderr };
  // Whoever reads our output may stop early, as `head` does; that is no failure.
  io.out.on('error', (error: { code?: string }) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    process.exitCode = await runCommand(argv, serve, io);
  } catch (error) {
    process.exitCode = explain(error, io);
  }
}

async function runCommand(argv: readonly string[], serve: Call['serve'], io: Io): Promise<number> {
  const [first, second] = argv;
  if (first === undefined) {
    io.err.write(helpOfAll());
    return 2;
  }
  if (first === '--version' || first === '-v') {
    io.out.write(`${packageJson.version}\n`);
    return 0;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    const asked = first === 'help' ? argv.slice(1).join(' ') : '';
    io.out.write(asked === '' ? helpOfAll() : helpOfCommand(findCommand(asked)));
    return 0;
  }
  const command = commands.find(({ name }) => name === `${first} ${second}`) ?? findCommand(first);
  const rest = argv.slice(command.name.split(' ').length);
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out.write(helpOfCommand(command));
    return 0;
  }
  const { env, fromFile } = readEnvFile(process.cwd(), process.env);
  warnOfUnknown(env, command, io);
  const settings = inspectSettings(env, fromFile);
  if (settings.complaints.length > 0 && !showsComplaints.has(command.name)) {
    throw new ConfigError(settings.complaints);
  }
  return command.run({ ...readArguments(command, rest), io, env, settings, serve });
}

/** Commands that tell what is wrong with the configuration themselves. */
const showsComplaints: ReadonlySet<string> = new Set(['serve', 'config', 'doctor']);

function findCommand(name: string): Command {
  const command = commands.find((known) => known.name === name);
  if (command) return command;
  const orders = commands.filter((known) => known.name.startsWith(`${name} `));
  if (orders.length > 0) {
    throw new UsageError(`Say what to do: ${orders.map((order) => order.name).join(', ')}.`);
  }
  const nearest = findNearest(
    name,
    commands.map((known) => known.name),
  );
  throw new UsageError(
    `There is no command "${name}".${nearest === null ? '' : ` Did you mean "${nearest}"?`}`,
  );
}

function readArguments(command: Command, argv: readonly string[]): Pick<Call, 'args' | 'options'> {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type }]) => [name, { type }]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
      strict: true,
    });
    checkCount(command, positionals.length);
    return { args: positionals, options: values as Call['options'] };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // parseArgs explains how to pass values that look like options; the first sentence says what is wrong.
    const [sentence = 'The options are wrong'] = (error as Error).message.split(/\.\s|\n/);
    throw new UsageError(`${sentence.replace(/\.$/, '')}. See: openai-batch-manager ${command.name} --help`);
  }
}

function checkCount(command: Command, count: number): void {
  const { least, most } = command.argCount ?? { least: 0, most: 0 };
  if (count >= least && count <= most) return;
  const expected = command.args === undefined ? 'no argument' : command.args;
  throw new UsageError(
    `"${command.name}" takes ${expected}, not ${count} arguments. See: openai-batch-manager ${command.name} --help`,
  );
}

/** `serve` and `doctor` tell it in their own words. */
function warnOfUnknown(env: Environment, command: Command, io: Io): void {
  if (command.name === 'serve' || command.name === 'doctor') return;
  for (const { name, nearest } of findUnknownSettings(env)) {
    io.err.write(`Warning: ${name} is not a setting; did you mean ${nearest}?\n`);
  }
}

/** Tells a person what went wrong. @returns the exit code */
function explain(error: unknown, io: Io): number {
  const expected =
    error instanceof UsageError ||
    error instanceof CommandFailed ||
    error instanceof ConfigError ||
    error instanceof AppError;
  io.err.write(`${expected ? error.message : describeSurprise(error)}\n`);
  return error instanceof UsageError ? 2 : 1;
}

/** Failures of the system (a disk, a network) have a code and a sentence; anything else is a bug, and loud. */
function describeSurprise(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && !code.startsWith('ERR_')
    ? error.message
    : (error.stack ?? error.message);
}
