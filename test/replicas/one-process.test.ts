/** The whole line with one process on PostgreSQL, through its real doors. */
import { expect, test } from 'vitest';
import { makeTempDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { Cluster, writeMixedRequests } from './cluster.ts';

const requests = 400;

test('one process on PostgreSQL brings every outcome back once, and drains in time', async () => {
  const cluster = await Cluster.set(await makeTempDatabase());
  try {
    const service = await cluster.start('all');
    await cluster.submit(writeMixedRequests(requests, 'one'), 60_000);
    const { counts, seen } = await cluster.settle(requests, 60_000);
    expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0, repeats: 0 });
    expect(seen).toMatchObject({ lines: requests, duplicates: 0, overlappingCalls: 0 });
    const before = performance.now();
    expect((await service.stop(12_000)).code).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
  } finally {
    await cluster.close();
  }
});
