/** Random walks: whatever happens in whatever order, nothing is lost, nothing is stuck, outcomes stay. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BatchState,
  batchMoves,
  batchStates,
  endStates,
  mayMove,
  movesFrom,
  targetOf,
} from './batch.ts';
import {
  isSettling,
  isUnfinished,
  type Line,
  newLine,
  restingState,
  type Step,
  stepsOf,
} from './line-model.for-test.ts';
import { driverOf } from './stages.ts';

const isEnd = (state: BatchState) => (endStates as readonly BatchState[]).includes(state);

/** The next state when only drivers work and all goes well; orders of an operator and failures left out. */
const onward = ['close', 'upload', 'submit', 'complete', 'download', 'ready', 'deliver', 'finish'] as const;

test.each(batchStates.filter((state) => !isEnd(state)))('from %s drivers alone reach done', (start) => {
  let state: BatchState = start;
  for (let moves = 0; moves < batchStates.length && state !== 'done'; moves += 1) {
    const move = onward.find((candidate) => mayMove(state, candidate));
    expect(move, `no way on from ${state}`).toBeDefined();
    state = targetOf(move!);
  }
  expect(state).toBe('done');
});

test('every state can be reached from the birth of a batch', () => {
  const reached = new Set<BatchState>();
  const open: (BatchState | null)[] = [null];
  while (open.length > 0) {
    const state = open.pop() ?? null;
    for (const target of movesFrom(state).flatMap((move): readonly BatchState[] => batchMoves[move].to)) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  expect([...reached].sort()).toEqual([...batchStates].sort());
});

function checkInvariants({ batches, requests }: Line): void {
  for (const batch of batches) {
    if (!isEnd(batch.state)) expect(movesFrom(batch.state)).not.toEqual([]);
    if (batch.state !== 'done') expect(driverOf[batch.state]).not.toBeNull();
    const finished = batch.state === 'done' || (isSettling(batch) && batch.settled);
    if (finished) expect(requests.filter((r) => r.batch === batch && isUnfinished(r))).toEqual([]);
  }
  for (const request of requests) {
    expect(batches).toContain(request.batch);
    expect(request.outcome === null).toBe(isUnfinished(request));
    expect(request.callTries).toBeGreaterThanOrEqual(0);
    expect(request.callTries).toBeLessThanOrEqual(3);
    if (request.outcome !== null) {
      expect([restingState(request.outcome), 'delivering', 'delivered', 'delivery_failed']).toContain(
        request.state,
      );
    }
  }
}

/** Runs one step; a step of the hand-over must leave every outcome as it was. */
function take(line: Line, step: Step): void {
  const before = line.requests.map(({ outcome }) => outcome);
  step.run();
  checkInvariants(line);
  line.requests.forEach(({ outcome, history, restarts }, index) => {
    const was = before[index] ?? null;
    if (was !== null && outcome !== was) {
      expect([was, outcome], 'only a restart takes an outcome back').toEqual(['failed', null]);
      expect(step.name).toContain('restart');
    }
    expect(history.length).toBe(restarts + (outcome === null ? 0 : 1));
    if (outcome !== null) expect(history.at(-1)).toBe(outcome);
    expect(history.slice(0, -1).every((old) => old === 'failed')).toBe(true);
  });
}

/** Whether nothing is owed any more. */
function isOver({ batches, requests }: Line): boolean {
  const over = batches.every(({ state, settled }) => state === 'done' || settled);
  const handedOver = ({ state, toWebhook, outcome }: Line['requests'][number]) =>
    toWebhook ? state === 'delivered' || state === 'delivery_failed' : outcome !== null;
  return over && requests.every(handedOver);
}

const neverOnTheWayHome = /redeliver|restart|reupload|resubmit|wait|fail|expire|cancel|successor|give_up/;

/** Takes only steps of drivers for which all goes well; a settling batch has only ends to give. */
function goHome(line: Line): void {
  for (let steps = 0; steps < 500 && !isOver(line); steps += 1) {
    const possible = stepsOf(line);
    const stranded = /request: ends (failed|expired|cancelled)/;
    const step =
      possible.find(({ name }) => !neverOnTheWayHome.test(name)) ??
      possible.find(({ name }) => stranded.test(name));
    expect(step, `stuck: ${JSON.stringify(line)}`).toBeDefined();
    take(line, step!);
  }
  expect(isOver(line), 'the walk never comes home').toBe(true);
}

/** Evenly drawn steps would end nearly every batch early, so that most choices are of the way on. */
const choice = fc.record({
  onward: fc.integer({ min: 0, max: 9 }).map((tenths) => tenths > 0),
  index: fc.nat(),
});

function choose(
  steps: readonly Step[],
  { onward, index }: { onward: boolean; index: number },
): Step | undefined {
  const wayOn = steps.filter(({ name }) => !neverOnTheWayHome.test(name) || name.includes('successor'));
  const among = onward && wayOn.length > 0 ? wayOn : steps;
  return among[index % among.length];
}

/** Without `size` no walk would be longer than a dozen steps. */
const walk = fc.array(choice, { maxLength: 120, size: 'max' });
const webhooksOfRequests = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });

test('whatever has happened, every request ends in one outcome, handed over, and every batch ends', () => {
  const visited = new Set<BatchState>(['building']);
  let mostTries = 0;
  const property = fc.property(webhooksOfRequests, walk, (webhooks, choices) => {
    const line = newLine(webhooks);
    checkInvariants(line);
    for (const drawn of choices) {
      const step = choose(stepsOf(line), drawn);
      if (!step) break;
      take(line, step);
      for (const { state } of line.batches) visited.add(state);
      for (const { callTries } of line.requests) mostTries = Math.max(mostTries, callTries);
    }
    goHome(line);
    expect(line.requests).toHaveLength(webhooks.length);
    for (const { history, restarts } of line.requests) expect(history).toHaveLength(restarts + 1);
  });
  fc.assert(property, { numRuns: 100 });
  expect([...visited].sort()).toEqual([...batchStates].sort());
  expect(mostTries).toBe(3);
});
