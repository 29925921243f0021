import { type DatabasePlace, placeOf } from '../databases.ts';
import { oneKind } from '../load/make-request.ts';
import { seededId, seedRequests } from '../seed.ts';
import { apiKey, startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { startTask } from '../task.ts';
import { closesByOrder, copyTemplate } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';
import { loadServer } from './intake.ts';

const claimedRows = 4_000;

interface Read {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly slowest: Readonly<Record<string, number>>;
}

/** Nobody answers for the destination of what is due, and nothing is tried meanwhile. */
const quiet = { ...closesByOrder, DELIVERY_CONCURRENCY: 1, LOG_LEVEL: 'info' };

async function measure(setup: Setup, count: number): Promise<Sample> {
  const folder = await copyTemplate(setup, await seedRequests(setup, count));
  const claimRate = await measureClaims(await placeOf(setup, folder));
  const ours = await startOurs(setup, { folder, name: 'growth', settings: quiet });
  try {
    const read = await measureReads(setup, ours.url, count);
    const { result: _, ...sample } = await loadServer(
      {
        url: ours.url,
        key: apiKey,
        connections: 64,
        warmUp: setup.size(5_000, 200),
        count: setup.size(20_000, 500),
        bodyBytes: 2_000,
        kinds: oneKind,
        prefix: 'g-',
        randomIds: true,
      },
      ours.pid,
    );
    return { ...sample, more: { claimRate, readRate: read.perSecond, pageP99Ms: read.p99Ms } };
  } finally {
    await ours.stop();
  }
}

async function measureClaims(place: DatabasePlace): Promise<number> {
  const task = startTask('load/claim-deliveries.ts', { ...place, rows: claimedRows });
  const { claimed, perSecond } = await task.hear<{ claimed: number; perSecond: number }>('result');
  await task.stop();
  if (claimed < claimedRows) throw new Error(`growth: ${claimed} were claimed, not ${claimedRows}`);
  return perSecond;
}

/** Lists, filters, search, counts and details, over all that is stored. */
async function measureReads(setup: Setup, url: string, count: number): Promise<Read> {
  const middle = Math.floor(count / 2);
  const paths = [
    '/api/requests',
    `/api/requests?cursor=${middle}`,
    '/api/requests?state=delivered',
    '/api/requests?state=delivered&outcome=succeeded&tag=tag-3',
    '/api/requests?batch=1',
    `/api/requests/${seededId(middle)}`,
    `/api/requests/${seededId(count)}`,
    '/api/batches',
    '/api/batches/1',
    '/metrics',
  ];
  const task = startTask('load/read-pages.ts', { url, key: apiKey, paths, rounds: setup.size(40, 3) });
  const read = await task.hear<Read>('result');
  await task.stop();
  return read;
}

export const growth: Workload = {
  name: 'growth',
  work: 'intake with random ids, claims, lists, search, counts, details with 1,000,000 requests stored',
  floor: 'the same with 10,000 stored',
  unit: '/s',
  aims: [
    { figure: 'ratio', atLeast: 0.75 },
    { figure: 'claimRatio', atLeast: 0.8 },
    { figure: 'readRatio', atLeast: 0.8 },
    { figure: 'pageP99Ms', atMost: 100 },
  ],
  stores: ['sqlite', 'postgres'],
  ratios: { claimRatio: 'claimRate', readRatio: 'readRate' },
  async prepare(setup) {
    const many = setup.long ? 5_000_000 : setup.size(1_000_000, 40_000);
    const few = setup.size(10_000, 10_000);
    await seedRequests(setup, many);
    await seedRequests(setup, few);
    return { ours: () => measure(setup, many), floor: () => measure({ ...setup, profileFolder: null }, few) };
  },
};
