import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeRequests } from './corpus.ts';
import { countTotals } from './count-totals.ts';
import type { Progress } from './progress.ts';
import { readTexts } from './read-texts.ts';
import type { Totals } from './report.ts';
import type { Stage } from './set-stage.ts';
import { projectRoot } from './start-service.ts';
import { submitAll } from './submit.ts';
import { type BatchSums, noBatches, readBatches } from './watch-batches.ts';

const lookEveryMs = 250;
/** After the last delivery, or the last finished batch, whatever is still missing has this long to come. */
const graceMs = 10_000;

export interface RunOptions {
  readonly requests: number;
  readonly seed: string;
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/** A run under way, and what has been seen of it. */
export interface Run {
  /** Resolves when everything has come back, or nothing more can; rejects when the signal is aborted. */
  readonly finished: Promise<void>;
  /** What was seen so far; safe to ask after a failure, too. */
  total(): Promise<Totals>;
}

interface Standing {
  accepted: number;
  sums: BatchSums;
}

/** Sends the requests and follows them until the last one has come back. */
export function startRun(stage: Stage, options: RunOptions, progress: Progress): Run {
  const { requests } = options;
  const standing: Standing = { accepted: 0, sums: noBatches };

  function show(): void {
    const { accepted, sums } = standing;
    // A request that had to be sent again was at OpenAI in two batches.
    const atOpenAI = Math.min(sums.sent, requests);
    progress.update({
      accepted,
      atOpenAI,
      answered: sums.answered,
      delivered: stage.receiver.count().delivered,
    });
  }

  const followed = Promise.all([
    submit(stage, options, standing, show),
    follow(stage, options, standing, show),
  ]);
  return {
    finished: followed.then(() => {}),
    total: () => countTotals(stage, { requests, startedAt: options.startedAt, ...standing }),
  };
}

async function submit(
  stage: Stage,
  options: RunOptions,
  standing: Standing,
  show: () => void,
): Promise<void> {
  const texts = readTexts(join(projectRoot, 'node_modules'));
  const requests = writeRequests(texts, { count: options.requests, seed: options.seed });
  await submitAll({
    service: stage.service.url,
    receiver: stage.receiver.url,
    requests: stage.judge.remember(requests),
    onAccepted: () => {
      standing.accepted++;
      show();
    },
    signal: options.signal,
  });
}

async function follow(
  stage: Stage,
  options: RunOptions,
  standing: Standing,
  show: () => void,
): Promise<void> {
  const { requests, signal } = options;
  let nearlyOverAt: number | null = null;
  for (;;) {
    standing.sums = await readBatches(stage.service.url, signal);
    show();
    const delivered = stage.receiver.count().delivered >= requests;
    const finished = standing.accepted >= requests && standing.sums.unfinished === 0;
    if (delivered && finished) return;
    if (!delivered && !finished) nearlyOverAt = null;
    else nearlyOverAt ??= performance.now();
    if (nearlyOverAt !== null && performance.now() - nearlyOverAt > graceMs) return;
    await pause(lookEveryMs, undefined, { signal });
  }
}
