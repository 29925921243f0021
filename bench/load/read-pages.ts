/** Load: what operators look at, one page after another on one connection, each answer read whole. */
import { Agent, request } from 'undici';
import { percentile } from '../figures.ts';
import { readInput, tell } from '../task.ts';

export interface ReadPagesInput {
  readonly url: string;
  readonly key: string;
  /** Paths in the order of looking; `{n}` is what is looked at over and over. */
  readonly paths: readonly string[];
  readonly rounds: number;
}

const { url, key, paths, rounds } = readInput<ReadPagesInput>();
const dispatcher = new Agent({ connections: 1 });
const latencies: number[] = [];
const slowest: Record<string, number> = {};

async function look(path: string): Promise<number> {
  const before = performance.now();
  const { statusCode, body } = await request(`${url}${path}`, {
    headers: { authorization: `Bearer ${key}` },
    dispatcher,
  });
  const text = await body.text();
  if (statusCode !== 200 || text.length < 20)
    throw new Error(`GET ${path}: ${statusCode} ${text.slice(0, 200)}`);
  return performance.now() - before;
}

for (const path of paths) await look(path);
const startedAt = performance.now();
for (let round = 0; round < rounds; round++) {
  for (const path of paths) {
    const ms = await look(path);
    latencies.push(ms);
    const kind = path.replace(/[0-9a-f]{32}|\d+/g, 'N');
    slowest[kind] = Math.max(slowest[kind] ?? 0, ms);
  }
}
const seconds = (performance.now() - startedAt) / 1_000;
tell({ event: 'result', perSecond: latencies.length / seconds, p99Ms: percentile(latencies, 0.99), slowest });
await dispatcher.close();
process.disconnect();
