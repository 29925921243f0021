/**
 * A small model of batches and their requests, for random walks. It holds no rule about states: every change
 * goes through the move tables. What it adds is the order of work that the specification asks for: which rows
 * move with which batch, and when a duty is done.
 */
import { type BatchMove, type BatchState, mayMove, settlingStates, targetOf } from './batch.ts';
import {
  maxCallTries,
  type Outcome,
  outcomes,
  type RequestMove,
  type RequestState,
  requestMayMove,
  requestMoves,
  stateOfOutcome,
} from './request.ts';
import { mayTryAgain } from './verdict.ts';

export interface ModelRequest {
  state: RequestState;
  outcome: Outcome | null;
  /** Every outcome it ever had, oldest first. */
  history: Outcome[];
  callTries: number;
  restarts: number;
  /** It ended only because its batch failed. */
  failedWithBatch: boolean;
  readonly toWebhook: boolean;
  batch: ModelBatch;
}

export interface ModelBatch {
  state: BatchState;
  settled: boolean;
}

export interface Line {
  readonly batches: ModelBatch[];
  readonly requests: ModelRequest[];
}

/** Something that may happen now. */
export interface Step {
  readonly name: string;
  readonly run: () => void;
}

const endMoves = { succeeded: 'succeed', failed: 'fail', expired: 'expire', cancelled: 'cancel' } as const;

export function moveRequest(request: ModelRequest, move: RequestMove): void {
  if (!requestMayMove(request.state, move)) throw new Error(`request in ${request.state}: no ${move}`);
  request.state = requestMoves[move].to;
}

export function moveBatch(batch: ModelBatch, move: BatchMove, to?: BatchState): void {
  if (!mayMove(batch.state, move)) throw new Error(`batch in ${batch.state}: no ${move}`);
  batch.state = targetOf(move, to);
}

export function isSettling(batch: ModelBatch): boolean {
  return (settlingStates as readonly BatchState[]).includes(batch.state);
}

export function isUnfinished(request: ModelRequest): boolean {
  return request.state === 'pending' || request.state === 'openai_processing';
}

function end(request: ModelRequest, outcome: Outcome, failedWithBatch = false): void {
  moveRequest(request, endMoves[outcome]);
  request.outcome = outcome;
  request.history.push(outcome);
  request.failedWithBatch = failedWithBatch;
}

export function newLine(webhooks: readonly boolean[]): Line {
  const batch: ModelBatch = { state: targetOf('open'), settled: false };
  const requests = webhooks.map((toWebhook): ModelRequest => {
    const state = requestMoves.accept.to;
    return {
      state,
      outcome: null,
      history: [],
      callTries: 0,
      restarts: 0,
      failedWithBatch: false,
      toWebhook,
      batch,
    };
  });
  return { batches: [batch], requests };
}

/** All that may happen next. */
export function stepsOf(line: Line): Step[] {
  return [
    ...line.batches.flatMap((batch) => batchSteps(line, batch)),
    ...line.requests.flatMap((request) => [...callSteps(line, request), ...deliverySteps(request)]),
  ];
}

function batchSteps(line: Line, batch: ModelBatch): Step[] {
  const held = line.requests.filter((request) => request.batch === batch);
  const unfinished = held.filter(isUnfinished);
  const step = (move: BatchMove, also: () => void = () => {}, to?: BatchState): Step => ({
    name: `batch ${line.batches.indexOf(batch)}: ${move}`,
    run: () => {
      moveBatch(batch, move, to);
      also();
    },
  });
  const all = (move: RequestMove) => () => {
    for (const request of unfinished) {
      moveRequest(request, move);
      request.callTries += move === 'send' ? 1 : -1;
    }
  };
  const rejectedLate = batch.state === 'openai_processing' ? all('return') : undefined;
  const handedOver = held.every(
    ({ state, toWebhook }) => state === 'delivered' || state === 'delivery_failed' || !toWebhook,
  );
  const candidates: [BatchMove, Step[]][] = [
    ['close', unfinished.length > 0 ? [step('close')] : []],
    ['upload', [step('upload')]],
    ['reupload', [step('reupload')]],
    ['wait', [step('wait', rejectedLate)]],
    ['submit', [step('submit', all('send'))]],
    ['resubmit', [step('resubmit', all('return'))]],
    ['complete', [step('complete')]],
    ['download', [step('download')]],
    ['ready', unfinished.length === 0 ? [step('ready')] : []],
    ['deliver', [step('deliver')]],
    ['finish', handedOver ? [step('finish')] : []],
    ['redeliver', [step('redeliver')]],
    ['expire', [step('expire')]],
    ['fail', [step('fail')]],
    ['cancel', [step('cancel')]],
    ['restart', restartSteps(batch, held, step)],
  ];
  const legal = candidates.flatMap(([move, steps]) => (mayMove(batch.state, move) ? steps : []));
  if (unfinished.length > 0 || !isSettling(batch) || batch.settled) return legal;
  const settle = () => {
    batch.settled = true;
  };
  return [...legal, { name: 'settle', run: settle }];
}

function restartSteps(
  batch: ModelBatch,
  held: readonly ModelRequest[],
  step: (move: BatchMove, also: () => void, to: BatchState) => Step,
): Step[] {
  const again = held.filter(({ failedWithBatch }) => failedWithBatch);
  if (!batch.settled || again.length === 0 || again.some(({ restarts }) => restarts > 1)) return [];
  const takeBack = () => {
    batch.settled = false;
    for (const request of again) {
      moveRequest(request, 'restart');
      Object.assign(request, { outcome: null, callTries: 0, failedWithBatch: false });
      request.restarts += 1;
    }
  };
  return (['uploading', 'waiting_for_capacity'] as const).map((to) => step('restart', takeBack, to));
}

/** What may happen to a request while the results of its batch are read. */
function callSteps(line: Line, request: ModelRequest): Step[] {
  const { batch } = request;
  const settling = isSettling(batch) && !batch.settled;
  if (!isUnfinished(request) || !(settling || batch.state === 'downloading')) return [];
  const wasSent = request.state === 'openai_processing';
  const possible = outcomes.filter((outcome) => wasSent || outcome !== 'succeeded');
  const steps = possible.map((outcome) => ({
    name: `request: ends ${outcome}`,
    run: () => end(request, outcome, outcome === 'failed' && batch.state === 'failed'),
  }));
  const mayReturn = mayTryAgain(request.callTries, maxCallTries) && batch.state !== 'cancelled';
  return mayReturn
    ? [...steps, { name: 'request: to a successor', run: () => succeed(line, request) }]
    : steps;
}

function succeed(line: Line, request: ModelRequest): void {
  moveRequest(request, request.state === 'pending' ? 'carry' : 'return');
  const successor: ModelBatch = { state: targetOf('succeed'), settled: false };
  line.batches.push(successor);
  request.batch = successor;
}

/** The hand-over runs from request rows, whatever the state of the batch. */
export function deliverySteps(request: ModelRequest): Step[] {
  if (!request.toWebhook) return [];
  return (['deliver', 'arrive', 'give_up', 'redeliver'] as const)
    .filter((move) => requestMayMove(request.state, move))
    .map((move) => ({ name: `request: ${move}`, run: () => moveRequest(request, move) }));
}

/** The state in which an outcome waits. */
export function restingState(outcome: Outcome): RequestState {
  return stateOfOutcome[outcome];
}
