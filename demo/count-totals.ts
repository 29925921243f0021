import type { Totals } from './report.ts';
import type { Stage } from './set-stage.ts';
import { readSeen } from './start-simulator.ts';
import type { BatchSums } from './watch-batches.ts';

/** What a run came to: counted at the receiver and at the simulator; only the money is the service's word. */
export async function countTotals(
  { receiver, simulator, rough }: Stage,
  run: { requests: number; accepted: number; sums: BatchSums; startedAt: number },
): Promise<Totals> {
  const seconds = (performance.now() - run.startedAt) / 1000;
  const seen = await readSeen(simulator.url, AbortSignal.timeout(5_000)).catch(() => null);
  const { delivered, duplicates, repeats, wrong, byOutcome } = receiver.count();
  const succeeded = byOutcome.succeeded ?? 0;
  return {
    requested: run.requests,
    accepted: run.accepted,
    delivered,
    batches: seen?.batches ?? run.sums.batches,
    succeeded,
    failed: delivered - succeeded,
    // A row that failed at the provider was run again on purpose; one that succeeded there must not be.
    duplicates: duplicates + ((rough ? seen?.paidTwice : seen?.duplicates) ?? 0),
    countedAtProvider: seen !== null,
    repeats,
    wrong,
    unfinished: run.sums.unfinished,
    tokens: run.sums.tokens,
    listNanoUsd: run.sums.listNanoUsd,
    paidNanoUsd: run.sums.paidNanoUsd,
    seconds,
  };
}
