/** Finds names in the environment that were probably meant to be settings. */
import type { Environment } from './read-settings.ts';
import { settingSpecs } from './settings.ts';

export interface UnknownSetting {
  readonly name: string;
  /** The setting that was probably meant. */
  readonly nearest: string;
}

/** Short names (PORT, HOST) are too near to names of others (HOME). */
const leastLength = 8;
/** Names that resemble a setting and belong to others. */
const foreign: ReadonlySet<string> = new Set(['OPENAI_ORG_ID', 'OPENAI_BATCH_MANAGER_KEY']);

/** Names that are no settings and differ from one by a few letters. */
export function findUnknownSettings(env: Environment): UnknownSetting[] {
  const specs = Object.entries(settingSpecs) as [string, { aliases?: readonly string[] }][];
  const names = specs.flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  const known = new Set(names.flatMap((name) => [name, `${name}_FILE`]));
  const candidates = names.filter((name) => name.length >= leastLength);
  return Object.keys(env)
    .filter((name) => name.length >= leastLength && !known.has(name) && !foreign.has(name))
    .flatMap((name) => {
      const nearest = findNearest(name, candidates);
      return nearest === null ? [] : [{ name, nearest }];
    });
}

/** The candidate that needs the fewest changes, at most two or one for each four letters; or null. */
export function findNearest(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 4)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = countEdits(name.toUpperCase(), candidate.toUpperCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Letters to insert, remove or exchange to turn one text into the other. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const exchanged = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
