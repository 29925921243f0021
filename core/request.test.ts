import { expect, test } from 'vitest';
import {
  maxCallTries,
  outcomes,
  type RequestMove,
  type RequestState,
  requestMayMove,
  requestMoves,
  requestStates,
  stateOfOutcome,
} from './request.ts';

/** The whole matrix, written by hand from the specification: where a move leads, `.` that it is refused. */
const matrix = `
                  | accept | send | return | carry | succeed | fail | expire | cancel | deliver | arrive | give_up | redeliver | restart
new               | P      | .    | .      | .     | .       | .    | .      | .      | .       | .      | .       | .         | .
pending           | .      | O    | .      | P     | .       | F    | E      | X      | .       | .      | .       | .         | .
openai_processing | .      | .    | P      | .     | S       | F    | E      | X      | .       | .      | .       | .         | .
openai_processed  | .      | .    | .      | .     | .       | .    | .      | .      | V       | .      | .       | .         | .
failed            | .      | .    | .      | .     | .       | .    | .      | .      | V       | .      | .       | .         | P
expired           | .      | .    | .      | .     | .       | .    | .      | .      | V       | .      | .       | .         | .
cancelled         | .      | .    | .      | .     | .       | .    | .      | .      | V       | .      | .       | .         | .
delivering        | .      | .    | .      | .     | .       | .    | .      | .      | .       | A      | G       | .         | P
delivered         | .      | .    | .      | .     | .       | .    | .      | .      | .       | .      | .       | V         | P
delivery_failed   | .      | .    | .      | .     | .       | .    | .      | .      | .       | .      | .       | V         | P
`;

const letters: Record<string, RequestState> = {
  P: 'pending',
  O: 'openai_processing',
  S: 'openai_processed',
  F: 'failed',
  E: 'expired',
  X: 'cancelled',
  V: 'delivering',
  A: 'delivered',
  G: 'delivery_failed',
};

const [head, ...body] = matrix
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const moveNames = (head ?? []).filter((name) => name !== '') as RequestMove[];

const cells = body.flatMap(([name = '', ...row]) =>
  row.map((cell, column) => ({
    state: name === 'new' ? null : (name as RequestState),
    move: moveNames[column]!,
    target: cell === '.' ? null : letters[cell]!,
  })),
);

test('the matrix names every state and every move, once', () => {
  expect(body.map(([name]) => name)).toEqual(['new', ...requestStates]);
  expect([...moveNames].sort()).toEqual(Object.keys(requestMoves).sort());
  expect(cells).toHaveLength((requestStates.length + 1) * moveNames.length);
});

test.each(cells)('$state, $move → $target', ({ state, move, target }) => {
  expect(requestMayMove(state, move)).toBe(target !== null);
  if (target !== null) expect(requestMoves[move].to).toBe(target);
});

test('each outcome has a state of its own, and every one of them can be delivered', () => {
  expect(outcomes.map((outcome) => stateOfOutcome[outcome])).toEqual([
    'openai_processed',
    'failed',
    'expired',
    'cancelled',
  ]);
  for (const outcome of outcomes) expect(requestMayMove(stateOfOutcome[outcome], 'deliver')).toBe(true);
});

test('a request is sent three times at most', () => {
  expect(maxCallTries).toBe(3);
});
