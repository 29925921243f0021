import { expect, test } from 'vitest';
import {
  type BatchMove,
  type BatchState,
  batchMoves,
  batchStates,
  cancelsAtProvider,
  endStates,
  handOverOf,
  mayMove,
  movesFrom,
  settlingStates,
  targetOf,
} from './batch.ts';

/**
 * The whole matrix, written by hand from the specification. A cell is the state a move leads to, `.` that it is
 * refused. `reupload` is ours: a file that the provider lost must not leave a batch without a way on.
 */
const matrix = `
                     | open | succeed | close | upload | reupload | wait | submit | resubmit | complete | download | ready | deliver | finish | redeliver | expire | fail | cancel | restart
new                  | B    | U       | .     | .      | .        | .    | .      | .        | .        | .        | .     | .       | .      | .         | .      | .    | .      | .
building             | .    | .       | U     | .      | .        | .    | .      | .        | .        | .        | .     | .       | .      | .         | .      | .    | X      | .
uploading            | .    | .       | .     | L      | .        | .    | .      | .        | .        | .        | .     | .       | .      | .         | .      | F    | X      | .
uploaded             | .    | .       | .     | .      | U        | W    | P      | .        | .        | .        | .     | .       | .      | .         | .      | F    | X      | .
waiting_for_capacity | .    | .       | .     | .      | U        | .    | P      | .        | .        | .        | .     | .       | .      | .         | .      | F    | X      | .
openai_processing    | .    | .       | .     | .      | .        | W    | .      | U        | C        | .        | .     | .       | .      | .         | E      | F    | X      | .
openai_completed     | .    | .       | .     | .      | .        | .    | .      | .        | .        | D        | .     | .       | .      | .         | .      | F    | .      | .
downloading          | .    | .       | .     | .      | .        | .    | .      | .        | .        | .        | R     | .       | .      | .         | .      | F    | .      | .
ready_to_deliver     | .    | .       | .     | .      | .        | .    | .      | .        | .        | .        | .     | V       | .      | .         | .      | .    | .      | .
delivering           | .    | .       | .     | .      | .        | .    | .      | .        | .        | .        | .     | .       | N      | .         | .      | .    | .      | .
done                 | .    | .       | .     | .      | .        | .    | .      | .        | .        | .        | .     | .       | .      | V         | .      | .    | .      | .
failed               | .    | .       | .     | .      | .        | .    | .      | .        | .        | .        | .     | .       | .      | .         | .      | .    | .      | U/W
expired              | .    | .       | .     | .      | .        | .    | .      | .        | .        | .        | .     | .       | .      | .         | .      | .    | .      | .
cancelled            | .    | .       | .     | .      | .        | .    | .      | .        | .        | .        | .     | .       | .      | .         | .      | .    | .      | .
`;

const letters: Record<string, BatchState> = {
  B: 'building',
  U: 'uploading',
  L: 'uploaded',
  W: 'waiting_for_capacity',
  P: 'openai_processing',
  C: 'openai_completed',
  D: 'downloading',
  R: 'ready_to_deliver',
  V: 'delivering',
  N: 'done',
  F: 'failed',
  E: 'expired',
  X: 'cancelled',
};

const [head, ...body] = matrix
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
/** The first heading is empty and was trimmed away with its bar's left side. */
const moveNames = (head ?? []).filter((name) => name !== '') as BatchMove[];

const cells = body.flatMap(([name = '', ...row]) =>
  row.map((cell, column) => ({
    state: name === 'new' ? null : (name as BatchState),
    move: moveNames[column]!,
    targets: cell === '.' ? [] : cell.split('/').map((letter) => letters[letter]!),
  })),
);

test('the matrix names every state and every move, once', () => {
  expect(body.map(([name]) => name)).toEqual(['new', ...batchStates]);
  expect([...moveNames].sort()).toEqual(Object.keys(batchMoves).sort());
  expect(cells).toHaveLength((batchStates.length + 1) * moveNames.length);
});

test.each(cells)('$state, $move → $targets', ({ state, move, targets }) => {
  expect(mayMove(state, move)).toBe(targets.length > 0);
  expect(movesFrom(state).includes(move)).toBe(targets.length > 0);
  if (targets.length > 0) expect(batchMoves[move].to).toEqual(targets);
});

test('a move with one target leads there; other targets are refused', () => {
  for (const move of moveNames) {
    const targets: readonly BatchState[] = batchMoves[move].to;
    if (targets.length === 1) expect(targetOf(move)).toBe(targets[0]);
    else expect(() => targetOf(move)).toThrow(`move ${move} leads to`);
    for (const state of batchStates) {
      if (targets.includes(state)) expect(targetOf(move, state)).toBe(state);
      else expect(() => targetOf(move, state)).toThrow(`not to ${state}`);
    }
  }
});

test('nothing is born twice: only open and succeed start from nothing', () => {
  expect(movesFrom(null)).toEqual(['open', 'succeed']);
});

test('every state but the four ends has a way on, and only settling states end without done', () => {
  for (const state of batchStates) {
    if (!(endStates as readonly BatchState[]).includes(state)) expect(movesFrom(state)).not.toEqual([]);
  }
  expect([...endStates].sort()).toEqual([...settlingStates, 'done'].sort());
});

test('only a batch that exists at the provider is cancelled there first', () => {
  expect(batchStates.filter(cancelsAtProvider)).toEqual(['openai_processing']);
});

test.each([
  [0, 0, 'delivered'],
  [1, 0, 'delivered'],
  [1, 1, 'partially_delivered'],
  [0, 1, 'delivery_failed'],
])('%i delivered and %i not: %s', (delivered, deliveryFailed, word) => {
  expect(handOverOf({ delivered, deliveryFailed })).toBe(word);
});
