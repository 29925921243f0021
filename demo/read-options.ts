import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly requests: number;
  readonly seed: string;
  readonly keep: boolean;
  /** The simulated OpenAI misbehaves in many ways at once. */
  readonly rough: boolean;
  /** `postgres://…` of an empty database, in the place of a SQLite file. */
  readonly database: string | null;
  readonly help: boolean;
}

export const usage = `npm run demo -- [options]

Starts the service, a simulated OpenAI and a webhook receiver on this machine, sends real texts through them
and counts what comes back. Nothing leaves the machine and nothing is paid.

  --requests N   how many requests to send (default 1000)
  --seed S       cut and order the texts differently (default 1)
  --rough        let the simulated OpenAI misbehave in many ways at once
  --database URL postgres://… of an empty database, instead of a SQLite file
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
      database: { type: 'string' },
      rough: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  const requests = Number(values.requests);
  if (!Number.isSafeInteger(requests) || requests < 1) {
    throw new Error(`--requests must be a whole number from 1 up, not "${values.requests}"`);
  }
  const { seed, keep, rough, database = null, help } = values;
  if (database !== null && !/^postgres(ql)?:\/\//.test(database)) {
    throw new Error(`--database must be a URL such as postgres://user@host:5432/name, not "${database}"`);
  }
  return { requests, seed, keep, rough, database, help };
}
