/** W2 with replicas that die: two that take requests, several that work, one of them replaced every few seconds. */
import { createDice } from '../../demo/dice.ts';
import { Cluster, type Replica, writeMixedRequests } from './cluster.ts';

export interface PlayOptions {
  readonly databaseUrl: string;
  readonly requests: number;
  readonly workers: number;
  readonly seed: string;
  /** A replica dies about this often. */
  readonly killEveryMs: number;
  readonly withinMs: number;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Something else that happens to the database, at a moment between two kills. */
  readonly disturb?: (kill: number) => Promise<void>;
}

/** Five minutes: every second replica's clock is ahead by so much. */
const offsetMs = 300_000;

export async function playW2(options: PlayOptions) {
  const { requests, seed, withinMs } = options;
  const cluster = await Cluster.set(options.databaseUrl, options.settings);
  const dice = createDice(seed);
  const clockOf = (n: number) => ({
    CLOCK_OFFSET_MS: n % 2 === 0 ? 0 : offsetMs,
    REPLICA_NAME: `replica-${n}`,
  });
  try {
    // One after the other: together they would take each other's time on a small machine.
    for (let n = 0; n < 2; n++) await cluster.start('api', clockOf(n));
    for (let n = 0; n < options.workers; n++) await cluster.start('worker', clockOf(n));
    const done = new AbortController();
    const played = cluster
      .submit(writeMixedRequests(requests, seed), withinMs)
      .then(() => cluster.settle(requests, withinMs))
      .finally(() => done.abort());
    let kills = 0;
    while (!done.signal.aborted) {
      await passing(options.killEveryMs / 2 + dice(options.killEveryMs), done.signal);
      if (done.signal.aborted) break;
      kills += 1;
      const living = [...cluster.replicas];
      await cluster.replace(living[dice(living.length)] as Replica, clockOf(kills));
      await options.disturb?.(kills);
    }
    return { ...(await played), kills, lines: cluster.lines };
  } finally {
    await cluster.close();
  }
}

/** Ends after so long, or with the run. */
function passing(ms: number, done: AbortSignal): Promise<void> {
  const spared = AbortSignal.any([AbortSignal.timeout(ms), done]);
  return new Promise((resolve) => spared.addEventListener('abort', () => resolve()));
}
