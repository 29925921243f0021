/** What may be said on the command line. */
import { parseArgs } from 'node:util';
import type { StoreName } from './setup.ts';

export interface Options {
  readonly help: boolean;
  /** Names of workloads; empty for all. */
  readonly only: readonly string[];
  readonly store: StoreName;
  readonly json: string | null;
  /** A document whose table between the markers is written anew. */
  readonly write: string | null;
  readonly quick: boolean;
  readonly long: boolean;
  readonly profile: string | null;
  readonly fsyncDelayMs: number;
  /** Null: what the workload says. */
  readonly pairs: number | null;
}

export const usage = `npm run bench -- [options]

  --only NAME          only this workload; may be given several times, or with commas
  --store STORE        sqlite (default) or postgres
  --quick              one small pair of each: is all of it correct, and about how fast
  --long               more rows stored in growth
  --pairs N            pairs of ours and floor, instead of five
  --json FILE          writes the figures as JSON
  --write FILE         writes the table between the markers of a Markdown file
  --profile [=FOLDER]  runs ours alone, with CPU profiles and what stands out in them (folder: bench-profiles)
  --fsync-delay 2ms    makes each commit of the store take longer, as a slower disk would
`;

/** @throws Error with a sentence for the person who typed it */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.map((arg) => (arg === '--profile' ? '--profile=bench-profiles' : arg)),
    options: {
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      store: { type: 'string', default: 'sqlite' },
      json: { type: 'string' },
      write: { type: 'string' },
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      pairs: { type: 'string' },
      profile: { type: 'string' },
      'fsync-delay': { type: 'string', default: '0ms' },
    },
  });
  return {
    help: values.help,
    only: values.only.flatMap((names) => names.split(',')).filter((name) => name !== ''),
    store: readStore(values.store),
    json: values.json ?? null,
    write: values.write ?? null,
    quick: values.quick,
    long: values.long,
    profile: values.profile ?? null,
    fsyncDelayMs: readDelay(values['fsync-delay']),
    pairs: values.pairs === undefined ? null : readPairs(values.pairs),
  };
}

function readStore(text: string): StoreName {
  if (text === 'sqlite' || text === 'postgres') return text;
  throw new Error(`--store is sqlite or postgres, not ${text}.`);
}

function readDelay(text: string): number {
  const [, digits] = /^(\d{1,5})(?:ms)?$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`--fsync-delay is a time such as 2ms, not ${text}.`);
  return Number(digits);
}

function readPairs(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new Error(`--pairs is a number from 1 to 99, not ${text}.`);
}
