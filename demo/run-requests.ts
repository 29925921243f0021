import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeRequests } from './corpus.ts';
import type { Progress } from './progress.ts';
import { readTexts } from './read-texts.ts';
import type { Totals } from './report.ts';
import type { Stage } from './set-stage.ts';
import { projectRoot } from './start-service.ts';
import { readSeen } from './start-simulator.ts';
import { submitAll } from './submit.ts';
import { type BatchSums, noBatches, readBatches } from './watch-batches.ts';

const lookEveryMs = 250;
/** After the last delivery, or the last finished batch, whatever is still missing has this long to come. */
const graceMs = 10_000;

/** A run under way, and what has been seen of it. */
export interface Run {
  /** Resolves when everything was delivered and the batches are done; rejects when the signal is aborted. */
  readonly finished: Promise<void>;
  /** What was seen so far; safe to ask after a failure, too. */
  total(): Promise<Totals>;
}

/** Sends the requests and follows them until the last one has come back. */
export function startRun(
  stage: Stage,
  options: { requests: number; seed: string; startedAt: number; signal: AbortSignal },
  progress: Progress,
): Run {
  const { service, simulator, receiver } = stage;
  const { signal } = options;
  let accepted = 0;
  let sums: BatchSums = noBatches;

  function show(): void {
    // A request that had to be sent again was at OpenAI in two batches.
    const atOpenAI = Math.min(sums.sent, options.requests);
    progress.update({ accepted, atOpenAI, answered: sums.answered, delivered: receiver.count().delivered });
  }

  async function submit(): Promise<void> {
    const texts = readTexts(join(projectRoot, 'node_modules'));
    await submitAll({
      service: service.url,
      receiver: receiver.url,
      requests: stage.judge.remember(writeRequests(texts, { count: options.requests, seed: options.seed })),
      onAccepted: () => {
        accepted++;
        show();
      },
      signal,
    });
  }

  async function follow(): Promise<void> {
    let nearlyOverAt: number | null = null;
    for (;;) {
      sums = await readBatches(service.url, signal);
      show();
      const delivered = receiver.count().delivered >= options.requests;
      const finished = accepted >= options.requests && sums.unfinished === 0;
      if (delivered && finished) return;
      if (!delivered && !finished) nearlyOverAt = null;
      else nearlyOverAt ??= performance.now();
      if (nearlyOverAt !== null && performance.now() - nearlyOverAt > graceMs) return;
      await pause(lookEveryMs, undefined, { signal });
    }
  }

  return {
    finished: Promise.all([submit(), follow()]).then(() => {}),
    async total() {
      const seconds = (performance.now() - options.startedAt) / 1000;
      const seen = await readSeen(simulator.url, AbortSignal.timeout(5_000)).catch(() => null);
      const { delivered, duplicates, repeats, wrong, byOutcome } = receiver.count();
      const succeeded = byOutcome.succeeded ?? 0;
      return {
        requested: options.requests,
        accepted,
        delivered,
        batches: seen?.batches ?? sums.batches,
        succeeded,
        failed: delivered - succeeded,
        duplicates: duplicates + (seen?.duplicates ?? 0),
        countedAtProvider: seen !== null,
        repeats,
        wrong,
        unfinished: sums.unfinished,
        tokens: sums.tokens,
        listNanoUsd: sums.listNanoUsd,
        paidNanoUsd: sums.paidNanoUsd,
        seconds,
      };
    },
  };
}
