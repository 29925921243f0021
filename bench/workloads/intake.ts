import type { LoadInput, LoadResult } from '../load/load.ts';
import { eightKinds, type Kind, oneKind } from '../load/make-request.ts';
import { cpuMs, peakMb } from '../process-figures.ts';
import { apiKey, startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { expectFigures } from '../stored.ts';
import { startTask, type Task } from '../task.ts';
import { closesByOrder } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const bodyBytes = 2_000;

function loadFor(setup: Setup, url: string, kinds: readonly Kind[]): LoadInput {
  return {
    url,
    key: apiKey,
    connections: 64,
    warmUp: setup.size(10_000, 200),
    count: setup.size(40_000, 800),
    bodyBytes,
    kinds,
    prefix: 'intake-',
  };
}

/** Runs the load against a server that is up, and tells what the server spent on it. */
export async function loadServer(load: LoadInput, pid: number): Promise<Sample & { result: LoadResult }> {
  const task = startTask('load/post-requests.ts', load);
  try {
    await task.hear('measuring');
    const before = cpuMs(pid);
    const result = await task.hear<LoadResult>('result');
    const spent = cpuMs(pid) - before;
    const sent = load.warmUp + load.count;
    expectFigures('intake', result, { sent, accepted: sent });
    return {
      result,
      value: load.count / result.seconds,
      p99Ms: result.p99Ms,
      memMb: peakMb(pid),
      cpuMsPerRequest: spent / load.count,
    };
  } finally {
    await task.stop();
  }
}

/** One run of ours: a new database, the load, a look at what is stored. */
async function measureOurs(setup: Setup, name: string, kinds: readonly Kind[]): Promise<Sample> {
  const folder = await setup.folder();
  const ours = await startOurs(setup, { folder, name, settings: closesByOrder });
  try {
    const { result, ...sample } = await loadServer(loadFor(setup, ours.url, kinds), ours.pid);
    await ours.stop();
    expectFigures(name, await ours.stored(), {
      requests: result.sent,
      customIds: result.sent,
      bodies: result.sent,
      bodyBytes: result.sent * bodyBytes,
      counted: result.sent,
      // On PostgreSQL groups that meet fill several open batches of one pair.
      ...(setup.store === 'sqlite' && { batches: kinds.length }),
    });
    return sample;
  } finally {
    await ours.stop();
  }
}

async function measureFloor(setup: Setup): Promise<Sample> {
  const floor: Task = startTask('floors/intake.ts', { key: apiKey });
  try {
    const { url } = await floor.hear<{ url: string }>('listening');
    const { result: _, ...sample } = await loadServer(loadFor(setup, url, oneKind), floor.pid);
    return sample;
  } finally {
    await floor.stop();
  }
}

export const intake: Workload = {
  name: 'intake',
  work: 'single POSTs of 2 KB, 64 connections, answered after the commit',
  floor: 'the same route, storing nothing',
  unit: '/s',
  aims: [
    { figure: 'ratio', atLeast: 0.65 },
    { figure: 'p99Ms', atMost: 50 },
  ],
  stores: ['sqlite'],
  prepare: async (setup) => ({
    ours: () => measureOurs(setup, 'intake', oneKind),
    floor: () => measureFloor(setup),
  }),
};

export const intakePg: Workload = {
  ...intake,
  name: 'intake-pg',
  work: 'intake, stored in PostgreSQL',
  aims: [{ figure: 'ratio', atLeast: 0.45 }],
  stores: ['postgres'],
  prepare: async (setup) => ({
    ours: () => measureOurs(setup, 'intake-pg', oneKind),
    floor: () => measureFloor(setup),
  }),
};

export const intakeMixed: Workload = {
  name: 'intake-mixed',
  work: 'W2: the same over 4 models on 2 endpoints',
  floor: 'intake',
  unit: '/s',
  aims: [{ figure: 'ratio', atLeast: 0.98 }],
  stores: ['sqlite', 'postgres'],
  prepare: async (setup) => ({
    ours: () => measureOurs(setup, 'intake-mixed', eightKinds),
    floor: () => measureOurs({ ...setup, profileFolder: null }, 'intake', oneKind),
  }),
};
