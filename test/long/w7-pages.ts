/** What people look at: lists, filters, search, counts and details by the API, and what the console's pages ask for. */
import { Agent, request } from 'undici';
import { percentile } from '../../core/percentile.ts';
import type { Filled } from './fill-w7.ts';

/** How often each is looked at, each time for something else. */
const looks = 100;

type Paths = Readonly<Record<string, (n: number) => string>>;

/** A number that wanders over what is stored. */
const wander = (n: number, below: number) => 1 + ((n * 104_729) % below);

const listPaths = ({ rows, largeBatch, oldestAt, stepMs }: Filled): Paths => ({
  newest: () => '/api/requests',
  'a deep page': (n) => `/api/requests?cursor=${wander(n, rows)}`,
  'by state': (n) => `/api/requests?state=${n % 2 === 0 ? 'delivery_failed' : 'delivered'}`,
  'by a state that none has': () => '/api/requests?state=openai_processing',
  'by outcome': (n) => `/api/requests?outcome=${n % 2 === 0 ? 'failed' : 'succeeded'}`,
  'by model': (n) => `/api/requests?model=${n % 2 === 0 ? 'gpt-4o' : 'gpt-4.1-mini'}`,
  'by endpoint': () => '/api/requests?endpoint=/v1/responses',
  'by model and state': () => '/api/requests?model=gpt-4o&state=delivery_failed',
  'by model and a state that none has': () => '/api/requests?model=gpt-4o&state=delivering',
  'by tag': (n) => `/api/requests?tag=tag-${((n % 100) + 1) * 7}`,
  'by tag and state': (n) => `/api/requests?tag=tag-${((n % 99) + 1) * 7}&state=delivery_failed`,
  'by batch': (n) => `/api/requests?batch=${n % 2 === 0 ? largeBatch : wander(n, largeBatch)}`,
  'by batch and outcome': () => `/api/requests?batch=${largeBatch}&outcome=failed`,
  'by batch, the next page': (n) => `/api/requests?batch=${largeBatch}&cursor=${rows - 1_000 - n * 100}`,
  'by time': (n) =>
    `/api/requests?after=${oldestAt + wander(n, rows) * stepMs}&before=${oldestAt + rows * stepMs}`,
  'by time and outcome': (n) => `/api/requests?before=${oldestAt + wander(n, rows) * stepMs}&outcome=failed`,
  batches: () => '/api/batches',
  'batches by state': (n) => `/api/batches?state=${n % 2 === 0 ? 'done' : 'failed'}`,
  'batches by model': (n) => `/api/batches?model=gpt-4o&cursor=${wander(n, largeBatch)}`,
  'batches by a model that none has': () => '/api/batches?model=gpt-0',
});

const detailPaths = ({ rows, largeBatch }: Filled): Paths => ({
  'a request': (n) => `/api/requests/custom-${wander(n, rows)}`,
  'a batch': (n) => `/api/batches/${wander(n, largeBatch)}`,
  'the destination': () => '/api/destinations/1',
  'its attempts': () => '/api/destinations/1/attempts?limit=500',
  'search for a custom_id': (n) => `/api/console/find?q=custom-${wander(n, rows)}`,
  'search for a batch of OpenAI': (n) => `/api/console/find?q=batch_${wander(n, largeBatch)}`,
  'search for a file of OpenAI': (n) => `/api/console/find?q=file-out-${wander(n, largeBatch)}`,
  'search for what is not there': (n) => `/api/console/find?q=file-${n}x`,
  'search for a number': (n) => `/api/console/find?q=${wander(n, rows)}`,
});

const countPaths = ({ largeBatch }: Filled): Paths => ({
  metrics: () => '/metrics',
  capacity: () => '/api/capacity',
  'errors of a batch': () => `/api/console/batches/${largeBatch}/errors`,
  'overview of a day': () => '/api/console/overview?range=24h',
  'overview of a month': () => '/api/console/overview?range=30d',
  'costs by tag': () => '/api/console/costs?by=tag&days=90',
  activity: () => '/api/console/activity',
});

const recordPaths = ({ rows }: Filled): Paths => ({
  'a request in the console': (n) => `/api/console/requests/${wander(n, rows)}`,
  'what was posted': (n) => `/api/console/requests/${wander(n, rows)}/body`,
  'records of requests': (n) => `/api/console/records/requests?cursor=${wander(n, rows)}`,
  'records of results': () => '/api/console/records/results',
  'records of attempts': () => '/api/console/records/attempts',
});

export interface Slowest {
  readonly what: string;
  /** At the 99th percentile. */
  readonly ms: number;
}

/** Looks at everything, through the door. @returns the slowest of it all */
export async function lookAtEverything(
  url: string,
  key: string,
  filled: Filled,
  tell: (line: string) => void,
): Promise<Slowest> {
  const dispatcher = new Agent({ connections: 1 });
  const paths = {
    ...listPaths(filled),
    ...detailPaths(filled),
    ...countPaths(filled),
    ...recordPaths(filled),
  };
  let slowest: Slowest = { what: 'nothing', ms: 0 };
  for (const [what, path] of Object.entries(paths)) {
    const took: number[] = [];
    for (let n = 0; n < looks; n++) {
      const before = performance.now();
      const { statusCode, body } = await request(`${url}${path(n)}`, {
        headers: { authorization: `Bearer ${key}` },
        dispatcher,
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${path(n)}: ${statusCode} ${text}`);
      took.push(performance.now() - before);
    }
    const ms =
      percentile(
        took.sort((a, b) => a - b),
        0.99,
      ) ?? 0;
    tell(
      `${what}: ${ms.toFixed(1)} ms at the 99th percentile, ${(percentile(took, 0.5) ?? 0).toFixed(1)} ms in the middle`,
    );
    if (ms > slowest.ms) slowest = { what, ms };
  }
  await dispatcher.close();
  return slowest;
}
