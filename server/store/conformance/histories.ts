import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OpenStore } from './describe-store.ts';
import { carryToTheEnd, steps, World } from './history.ts';
import { recount } from './recount.ts';

const weights: Readonly<Record<string, number>> = {
  accept: 4,
  drive: 16,
  handOver: 6,
  fail: 2,
  expire: 2,
  restart: 3,
  redeliver: 3,
  cancelOne: 2,
  close: 3,
  pass: 3,
};
const anyStep = fc.record({
  kind: fc.oneof(
    ...Object.keys(steps).map((kind) => ({ arbitrary: fc.constant(kind), weight: weights[kind] ?? 1 })),
  ),
  n: fc.nat(999),
});
const anyHistory = fc.array(anyStep, { minLength: 20, maxLength: 100, size: 'max' });

/** As many histories as fit into the time, at most this many; a longer run is asked for by the environment. */
const numRuns = Number(process.env['HISTORIES'] ?? 30);
/** Ends the search, and the shrinking of a failure, before the test itself is given up. */
const timeLimitMs = numRuns * 500;

/** The heart of the suite: whatever happens, the numbers are true, and everything comes to an end. */
export function describeHistories(openStore: OpenStore): void {
  const timeoutMs = timeLimitMs * 3 + 30_000;
  it(
    'keeps every counter true through any history, and every request reaches its end',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyHistory, async (history) => {
          const store = await openStore();
          try {
            const world = new World(store);
            for (const { kind, n } of history) {
              await steps[kind]?.(world, n);
              expect([kind, ...(await recount(store)), ...world.wrong]).toEqual([kind]);
            }
            expect(await carryToTheEnd(world)).toBe(true);
            expect(await recount(store)).toEqual([]);
            for (const customId of world.kept.keys()) {
              const row = await store.getRequest({ customId });
              expect([customId, row?.outcome]).not.toEqual([customId, null]);
              expect(row).toBeDefined();
            }
            expect((await store.countRequests()).requests).toBe(world.kept.size);
          } finally {
            await store.close();
          }
        }),
        { numRuns, interruptAfterTimeLimit: timeLimitMs },
      );
    },
    timeoutMs,
  );
}
