import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly requests: number;
  readonly seed: string;
  readonly keep: boolean;
  /** The simulated OpenAI misbehaves in many ways at once. */
  readonly rough: boolean;
  readonly help: boolean;
}

export const usage = `npm run demo -- [options]

Starts the service, a simulated OpenAI and a webhook receiver on this machine, sends real texts through them
and counts what comes back. Nothing leaves the machine and nothing is paid.

  --requests N   how many requests to send (default 1000)
  --seed S       cut and order the texts differently (default 1)
  --rough        let the simulated OpenAI misbehave in many ways at once
  --keep         leave everything running afterwards, until Ctrl-C
  --help         show this text
`;

/**
 * Reads the command line.
 *
 * @throws Error that says which option is wrong
 */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      rough: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  const requests = Number(values.requests);
  if (!Number.isSafeInteger(requests) || requests < 1) {
    throw new Error(`--requests must be a whole number from 1 up, not "${values.requests}"`);
  }
  const { seed, keep, rough, help } = values;
  return { requests, seed, keep, rough, help };
}
