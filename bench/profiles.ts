/** What stands out in the CPU profiles of a run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const mostFunctions = 25;

/** For each thread: the functions in which most time went by, with their share. */
export function summariseProfiles(folder: string, name: string): string {
  const path = join(folder, name);
  if (!existsSync(path)) return `no profile of ${name}`;
  return readdirSync(path)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => `${file}\n${summarise(JSON.parse(readFileSync(join(path, file), 'utf8')) as Profile)}`)
    .join('\n\n');
}

function summarise({ nodes, samples, timeDeltas }: Profile): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const spent = new Map<string, number>();
  let all = 0;
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '?';
    const us = timeDeltas[index] ?? 0;
    spent.set(name, (spent.get(name) ?? 0) + us);
    all += us;
  }
  return [...spent]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostFunctions)
    .map(([name, us]) => `${((us * 100) / all).toFixed(1).padStart(6)} %  ${name}`)
    .join('\n');
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const file = url.split('/').slice(-3).join('/');
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}
