/** Runs one workload: ours and its floor in turn, so that whatever else the machine does meets both. */
import { killChildren } from '../demo/start-child.ts';
import { type Judged, judgeAims } from './aims.ts';
import { ratiosOf, type Spread, spreadOf } from './figures.ts';
import type { Setup } from './setup.ts';
import { endTasks } from './task.ts';
import { withinTime } from './time-limit.ts';
import type { Sample, Workload } from './workload.ts';
import { measureYardstick } from './yardstick.ts';

/** Of all pairs of a workload: several times what the longest takes on two quiet cores. */
const usualLimitS = 600;
const longLimitS = 3_600;
/** A few seconds, and a minute where other work shares the cores. */
const quickLimitS = 120;

function limitOf({ quick, long }: Setup): number {
  if (quick) return quickLimitS;
  return long ? longLimitS : usualLimitS;
}

export interface Outcome {
  readonly workload: Workload;
  readonly pairs: number;
  readonly ours: Spread;
  readonly floor: Spread | null;
  /** Of the ratios of the pairs. */
  readonly ratio: Spread | null;
  readonly p99Ms: number | null;
  /** The highest of all runs. */
  readonly memMb: number | null;
  readonly cpuMsPerRequest: number | null;
  readonly floorCpuMsPerRequest: number | null;
  /** What the yardstick took before each pair, on each core, in microseconds. */
  readonly yardstick: readonly number[];
  /** Medians of the further figures, of stalls the worst. */
  readonly more: Readonly<Record<string, number>>;
  readonly aims: readonly Judged[];
}

/** Where a workload is, so that one that hangs can say so. */
interface Progress {
  at: string;
}

/** @throws Error that names the workload and what it was doing when its time was over */
export async function runWorkload(workload: Workload, setup: Setup, pairs: number): Promise<Outcome> {
  const progress: Progress = { at: 'its preparation' };
  const doing = () => `${workload.name}: ${progress.at}`;
  return await withinTime(limitOf(setup), measure(workload, setup, pairs, progress), doing, () => {
    endTasks();
    killChildren();
  });
}

async function measure(
  workload: Workload,
  setup: Setup,
  pairs: number,
  progress: Progress,
): Promise<Outcome> {
  const bench = await workload.prepare(setup);
  const ours: Sample[] = [];
  const floor: Sample[] = [];
  const yardstick: number[] = [];
  try {
    for (let pair = 1; pair <= pairs; pair++) {
      yardstick.push(...(await measureYardstick()));
      const turns = [
        async () => {
          progress.at = `ours of pair ${pair}`;
          ours.push(await bench.ours());
        },
        async () => {
          progress.at = `the floor of pair ${pair}`;
          if (bench.floor && setup.profileFolder === null) floor.push(await bench.floor());
        },
      ];
      // Who goes first changes, so that neither always finds what the other has left.
      for (const turn of pair % 2 === 1 ? turns : turns.reverse()) await turn();
    }
    progress.at = 'its further figures';
    const also = bench.also && setup.profileFolder === null ? await bench.also() : {};
    return { ...sumUp(workload, ours, floor, also), yardstick };
  } finally {
    progress.at = 'its end';
    await bench.close?.();
  }
}

function sumUp(
  workload: Workload,
  ours: readonly Sample[],
  floor: readonly Sample[],
  also: Readonly<Record<string, number>>,
): Omit<Outcome, 'yardstick'> {
  const values = (samples: readonly Sample[]) => samples.map(({ value }) => value);
  const middle = (samples: readonly Sample[], read: (sample: Sample) => number | undefined) => {
    const known = samples.map(read).filter((value) => value !== undefined);
    return known.length === 0 ? null : spreadOf(known);
  };
  const names = Object.keys(ours[0]?.more ?? {});
  const more = Object.fromEntries(
    names.map((name) => {
      const spread = middle(ours, (sample) => sample.more?.[name]);
      return [name, (name === 'stallMs' ? spread?.most : spread?.median) ?? Number.NaN];
    }),
  );
  const figures = {
    ratio: floor.length === 0 ? null : spreadOf(ratiosOf(values(ours), values(floor))),
    p99Ms: middle(ours, (sample) => sample.p99Ms)?.median ?? null,
    memMb: middle(ours, (sample) => sample.memMb)?.most ?? null,
    cpuMsPerRequest: middle(ours, (sample) => sample.cpuMsPerRequest)?.median ?? null,
    floorCpuMsPerRequest: middle(floor, (sample) => sample.cpuMsPerRequest)?.median ?? null,
    more: { ...more, ...furtherRatios(workload, ours, floor), ...also },
  };
  return {
    workload,
    pairs: ours.length,
    ours: spreadOf(values(ours)),
    floor: floor.length === 0 ? null : spreadOf(values(floor)),
    ...figures,
    aims: judgeAims(workload.aims, {
      ...figures,
      ours: spreadOf(values(ours)).median,
      ratio: figures.ratio?.median ?? null,
    }),
  };
}

function furtherRatios(
  { ratios = {} }: Workload,
  ours: readonly Sample[],
  floor: readonly Sample[],
): Record<string, number> {
  const read = (samples: readonly Sample[], name: string) =>
    samples.map(({ more }) => more?.[name] ?? Number.NaN);
  const all = Object.entries(ratios).map(([name, figure]) => {
    return [name, spreadOf(ratiosOf(read(ours, figure), read(floor, figure))).median] as const;
  });
  return Object.fromEntries(all);
}
