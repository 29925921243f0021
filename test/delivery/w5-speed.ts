/**
 * How much of their speed nine healthy receivers keep while the tenth hangs. The same nine get the same number of outcomes
 * again and again, by turns with the tenth well and hanging, so that whatever else the machine does meets both: well,
 * hanging, hanging, well. What grows or fades over a round, or comes back with each second slice, does not count.
 */
import { percentile } from '../../core/percentile.ts';
import type { TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { type Receivers, receiverCount } from './w5.ts';

export interface SpeedTerms {
  /** Each has two slices with the tenth well, and two with it hanging. */
  readonly rounds: number;
  /** Outcomes of each slice, a tenth of them for the tenth. */
  readonly outcomes: number;
}

/** @returns for each round the speed with the tenth hanging, as a share of that with the tenth well */
export async function compareSpeeds(
  service: TestService,
  at: Receivers,
  { rounds, outcomes }: SpeedTerms,
  withinMs: number,
): Promise<number[]> {
  const stage = (order: 'pause' | 'resume') => call(service.url, 'POST', `/api/stages/send/${order}`);
  const target = (n: number) => at.targets[n % receiverCount] ?? '';

  async function speedOf(slice: string, hangs: boolean): Promise<number> {
    const before = { all: at.taken(), nine: at.takenByNine() };
    // All of them wait before the first is sent: how fast they are made is no part of it.
    await stage('pause');
    await makeOutcomes(service.url, outcomes, target, slice);
    await until(async () => (await delivering(service)) === outcomes, withinMs);
    if (hangs) await at.hang();
    await stage('resume');
    const speed = await speedOfNine(at, before.nine, outcomes - outcomes / receiverCount, withinMs);
    if (hangs) await at.recover();
    await until(() => at.taken() === before.all + outcomes, withinMs);
    await until(async () => (await delivering(service)) === 0, withinMs);
    return speed;
  }

  // What a receiver took while it hung counts as taken, though the service sends it once more.
  await until(async () => (await delivering(service)) === 0, withinMs);
  const shares: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const speeds: number[] = [];
    for (const [n, hangs] of [false, true, true, false].entries()) {
      speeds.push(await speedOf(`speed-${round}-${n}-`, hangs));
    }
    const [well = 0, hanging = 0, hangingAgain = 0, wellAgain = 0] = speeds;
    shares.push((hanging + hangingAgain) / (well + wellAgain));
  }
  return shares;
}

/** Deliveries a second between the first tenth and the last: neither the start nor the end of a slice is speed. */
async function speedOfNine(at: Receivers, base: number, count: number, withinMs: number): Promise<number> {
  const passed = async (share: number) => {
    await until(() => at.takenByNine() >= base + share * count, withinMs);
    return { taken: at.takenByNine(), at: performance.now() };
  };
  const from = await passed(0.1);
  const to = await passed(0.9);
  return (to.taken - from.taken) / ((to.at - from.at) / 1_000);
}

async function delivering({ service }: TestService): Promise<number> {
  const rows = await service.ctx.store.listDestinations({ afterId: 0, limit: 100 });
  const counts = await Promise.all(
    rows.map(({ id }) => service.ctx.store.countOfDestination({ id, most: 100_000 })),
  );
  return counts.reduce((sum, { delivering: count }) => sum + count, 0);
}

export function medianOf(shares: readonly number[]): number {
  return (
    percentile(
      shares.toSorted((a, b) => a - b),
      0.5,
    ) ?? 0
  );
}
