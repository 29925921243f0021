import { once } from 'node:events';
import { createProgress, type Screen } from './progress.ts';
import type { DemoOptions } from './read-options.ts';
import { findFaults, printReport } from './report.ts';
import { roughScripts } from './rough.ts';
import { startRun } from './run-requests.ts';
import { type CleanUp, createCleanUp, type Stage, setStage } from './set-stage.ts';
import type { Child } from './start-child.ts';

const minute = 60_000;

class Interrupted extends Error {
  readonly exitCode: number;
  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${signal}`);
    this.exitCode = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal];
  }
}

/** Plays the whole demonstration and returns the exit code: 0 only when every request came back exactly once. */
export async function playDemo(options: DemoOptions, screen: Screen): Promise<number> {
  const startedAt = performance.now();
  const cleanUp = createCleanUp();
  const end = new AbortController();
  endOnSignals(end, cleanUp);
  try {
    return await play(options, screen, { startedAt, cleanUp, end });
  } catch (error) {
    const reason = findReason(error, end);
    if (reason instanceof Interrupted) return reason.exitCode;
    process.stderr.write(`demo: ${reason.message}\n`);
    return 1;
  } finally {
    end.abort(new Error('the demo has ended'));
    await cleanUp.run();
  }
}

interface Frame {
  readonly startedAt: number;
  readonly cleanUp: CleanUp;
  readonly end: AbortController;
}

async function play(
  options: DemoOptions,
  screen: Screen,
  { startedAt, cleanUp, end }: Frame,
): Promise<number> {
  const stage = await setStage(options, cleanUp);
  end.signal.throwIfAborted();
  for (const child of [stage.service, stage.simulator]) endWithChild(child, end);
  endAfter(5 * minute + 30 * options.requests, end, cleanUp);
  if (options.rough) screen.write(`the simulated OpenAI misbehaves: ${roughScripts.join(', ')}\n`);
  screen.write(`service ${stage.service.url}, simulated OpenAI ${stage.simulator.url}\n\n`);

  const progress = createProgress(options.requests, screen);
  const run = startRun(stage, { ...options, startedAt, signal: end.signal }, progress);
  const failure = await run.finished.then(
    () => null,
    (error) => findReason(error, end),
  );
  progress.finish();
  if (failure instanceof Interrupted) throw failure;
  const totals = await run.total();
  const faults = [
    ...(failure ? [failure.message] : []),
    ...findFaults(totals),
    ...stage.receiver.problems.map((problem) => `receiver: ${problem}`),
  ];
  for (const fault of faults) screen.write(`demo: ${fault}\n`);
  printReport(totals, screen);
  if (options.keep && !failure) await keepRunning(stage, screen, end);
  return faults.length === 0 ? 0 : 1;
}

async function keepRunning(stage: Stage, screen: Screen, end: AbortController): Promise<void> {
  const { service, simulator, receiver, database } = stage;
  screen.write(`
service     ${service.url}   (process ${service.pid}, batches: ${service.url}/api/batches)
simulator   ${simulator.url}   (process ${simulator.pid})
receiver    ${receiver.url}
database    ${database}

Everything keeps running until Ctrl-C.
`);
  if (!end.signal.aborted) await once(end.signal, 'abort');
  if (!(end.signal.reason instanceof Interrupted)) throw end.signal.reason;
}

function endOnSignals(end: AbortController, cleanUp: CleanUp): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const obey = () => {
      const reason = new Interrupted(signal);
      // A second order does not wait for an orderly end; what still runs is killed at exit.
      if (end.signal.aborted) process.exit(reason.exitCode);
      end.abort(reason);
    };
    process.on(signal, obey);
    cleanUp.later(() => process.off(signal, obey));
  }
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(end, cleanUp);
}

/** npm does not pass SIGTERM on through its shell: under npm, the end of the shell is the order to end. */
function endWithParent(end: AbortController, cleanUp: CleanUp): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) end.abort(new Interrupted('SIGTERM'));
  }, 500);
  cleanUp.later(() => clearInterval(watch));
}

function endWithChild(child: Child, end: AbortController): void {
  void child.exited.then(({ code, signal }) => {
    const how = signal ?? `code ${code}`;
    end.abort(
      new Error([`${child.name} ended with ${how}; its last lines:`, ...child.lastLines()].join('\n')),
    );
  });
}

function endAfter(limitMs: number, end: AbortController, cleanUp: CleanUp): void {
  const minutes = (limitMs / minute).toFixed(1);
  const limit = setTimeout(
    () => end.abort(new Error(`not finished within the time limit of ${minutes} minutes`)),
    limitMs,
  );
  cleanUp.later(() => clearTimeout(limit));
}

/**
 * Why a run broke off: the reason of the first abort, else the error itself. Ctrl-C reaches the children as well,
 * but this process hears of it before they have ended.
 */
function findReason(error: unknown, end: AbortController): Error {
  const reason = end.signal.aborted ? end.signal.reason : error;
  return reason instanceof Error ? reason : new Error(String(reason));
}
