/** The command line of `npm run simulator`. */
import { parseArgs } from 'node:util';
import { fastTiming, realTiming, type SimulatorOptions } from './options.ts';
import { catalogue } from './scripts/catalogue.ts';

const widestName = Math.max(...catalogue.map(({ name }) => name.length));

export const usage = `npm run simulator -- [options]

An OpenAI Files and Batches server that behaves like the real one, faults included. It answers every request by
itself: nothing leaves the machine and nothing is paid. Each option can also be set in the environment, for
example SIMULATOR_PORT or SIMULATOR_TOKEN_CAP ("a=1,b=2").

  --port N              where to listen (default 4010; 0: any free port)
  --scale N             N seconds of simulator time pass in each second (default 1)
  --timing fast|real    how long batches take: a fraction of a second, or minutes (default fast)
  --script NAME         a fault from the list below; may be given more than once
  --token-cap MODEL=N   enqueued input tokens allowed for a model; may be given more than once
  --answer-bytes N      the length of each answer (default: a few words)
  --seed N              other answers, another order (default 1)
  --help                show this text

Scripts:
${catalogue.map(({ name, doc }) => `  ${name.padEnd(widestName)}  ${doc}`).join('\n')}
`;

const options = {
  port: { type: 'string' },
  scale: { type: 'string' },
  timing: { type: 'string' },
  script: { type: 'string', multiple: true },
  'token-cap': { type: 'string', multiple: true },
  'answer-bytes': { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads flags and, where a flag is missing, the environment. Null: help is wanted.
 *
 * @throws Error that says which option is wrong
 */
export function readFlags(args: readonly string[], environment: Environment): SimulatorOptions | null {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return null;
  const one = (name: 'port' | 'scale' | 'timing' | 'answer-bytes' | 'seed'): string | undefined =>
    values[name] ?? environment[variableOf(name)];
  const many = (name: 'script' | 'token-cap'): string[] =>
    values[name] ?? environment[variableOf(name)]?.split(',').map((item) => item.trim()) ?? [];
  const timing = one('timing') ?? 'fast';
  if (timing !== 'fast' && timing !== 'real')
    throw new Error(`--timing must be fast or real, not "${timing}"`);
  const answerBytes = one('answer-bytes');
  return {
    port: readNumber('port', one('port') ?? '4010', 0),
    clock: { kind: 'real', scale: readNumber('scale', one('scale') ?? '1', Number.MIN_VALUE) },
    timing: timing === 'fast' ? fastTiming : realTiming,
    scripts: many('script'),
    tokenCaps: Object.fromEntries(many('token-cap').map(readCap)),
    answerBytes: answerBytes === undefined ? undefined : readNumber('answer-bytes', answerBytes, 0),
    seed: readNumber('seed', one('seed') ?? '1', 0),
  };
}

function variableOf(flag: string): string {
  return `SIMULATOR_${flag.toUpperCase().replaceAll('-', '_')}`;
}

function readNumber(flag: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < least) {
    throw new Error(`--${flag} must be a number, not "${text}"`);
  }
  return number;
}

function readCap(text: string): [string, number] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new Error(`--token-cap must look like gpt-4o-mini=2000000, not "${text}"`);
  return [text.slice(0, at), readNumber('token-cap', text.slice(at + 1), 0)];
}
