/**
 * The generated parts of docs/lifecycle.md: diagrams and tables, from the move tables that the program runs on.
 * Each part stands between `<!-- generated: name -->` and `<!-- end: name -->`; everything else is written by hand.
 */
import {
  adoptionLooks,
  capacitySchedule,
  deliverySchedule,
  providerSchedule,
  type Schedule,
} from '../core/backoff.ts';
import { type BatchMove, batchMoves, batchStates, movesFrom, settlingStates } from '../core/batch.ts';
import {
  outcomes,
  type RequestMove,
  type RequestState,
  requestMayMove,
  requestMoves,
  requestStates,
  stateOfOutcome,
} from '../core/request.ts';
import { driverOf } from '../core/stages.ts';

/** A move as a diagram and a table show it; null stands for "not born yet". */
interface Move {
  readonly name: string;
  readonly from: readonly (string | null)[];
  readonly to: readonly string[];
  readonly meaning: string;
}

const ofBatches: Move[] = Object.entries(batchMoves).map(([name, rule]) => ({ name, ...rule }));
const ofRequests: Move[] = Object.entries(requestMoves).map(([name, rule]) => ({
  name,
  ...rule,
  to: [rule.to],
}));

const leavesTheWay = ({ from, to }: Move) =>
  [...from, ...to].some((state) => (settlingStates as readonly (string | null)[]).includes(state));
/** A request's second life begins at its outcome. */
const handsOver = ({ from }: Move) =>
  from.some((state) => state !== null && state !== 'pending' && state !== 'openai_processing');
const ofTheCall = (move: Move) => !handsOver(move);

const parts: Readonly<Record<string, () => string>> = {
  'batch, way on': () => diagram(without(ofBatches, leavesTheWay), ['done']),
  'batch, side exits': () => diagram(ofBatches.filter(leavesTheWay), []),
  'batch states': () =>
    table(
      ['state', 'driver', 'moves on by'],
      batchStates.map((state) => [code(state), driverOf[state] ?? 'nobody', codes(movesFrom(state))]),
    ),
  'batch moves': () => moveTable(ofBatches),
  'request, the call': () => diagram(ofRequests.filter(ofTheCall), []),
  'request, the hand-over': () => diagram(ofRequests.filter(handsOver), []),
  'request states': () =>
    table(
      ['state', 'outcome', 'moves on by'],
      requestStates.map((state) => [code(state), outcomeOf(state), codes(requestMovesFrom(state))]),
    ),
  'request moves': () => moveTable(ofRequests),
  schedules: () =>
    table(
      ['schedule', 'pauses'],
      [
        ['delivery: before each attempt', pauses(deliverySchedule)],
        ['provider: after a failed try, the last one for ever', pauses(providerSchedule)],
        ['capacity: after "not now", the last one for ever', pauses(capacitySchedule)],
        ['looks for a batch that may exist, counted from the intent', pauses(adoptionLooks)],
      ],
    ),
};

/**
 * The document with its generated parts made anew; the rest stays as it is.
 *
 * @throws Error when a part of this page is missing, unknown or without an end
 */
export function renderLifecycle(markdown: string): string {
  const made = new Set<string>();
  const rendered = markdown.replace(
    /<!-- generated: (.+) -->\n[\s\S]*?<!-- end: \1 -->/g,
    (_all, name: string) => {
      const make = parts[name];
      if (!make) throw new Error(`docs/lifecycle.md asks for the part "${name}", which nobody makes`);
      made.add(name);
      return `<!-- generated: ${name} -->\n\n${make()}\n\n<!-- end: ${name} -->`;
    },
  );
  const missing = Object.keys(parts).filter((name) => !made.has(name));
  if (missing.length > 0)
    throw new Error(`docs/lifecycle.md lacks, or does not end, the parts ${missing.join(', ')}`);
  return rendered;
}

function without(moves: readonly Move[], left: (move: Move) => boolean): Move[] {
  return moves.filter((move) => !left(move));
}

/** A Mermaid state diagram; moves between the same two states share an arrow. */
function diagram(moves: readonly Move[], ends: readonly string[]): string {
  const arrows = new Map<string, string[]>();
  for (const { name, from, to } of moves) {
    for (const source of from) {
      for (const target of to) {
        const arrow = `${source ?? '[*]'} --> ${target}`;
        arrows.set(arrow, [...(arrows.get(arrow) ?? []), name]);
      }
    }
  }
  const lines = [...arrows].map(([arrow, names]) => `  ${arrow} : ${names.join(', ')}`);
  const last = ends.map((state) => `  ${state} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', ...lines, ...last, '```'].join('\n');
}

function moveTable(moves: readonly Move[]): string {
  return table(
    ['move', 'from', 'to', 'what happened'],
    moves.map(({ name, from, to, meaning }) => [
      code(name),
      from.map((state) => (state === null ? '(new)' : code(state))).join(', '),
      codes(to),
      meaning,
    ]),
  );
}

function requestMovesFrom(state: RequestState): string[] {
  return (Object.keys(requestMoves) as RequestMove[]).filter((move) => requestMayMove(state, move));
}

function outcomeOf(state: RequestState): string {
  const outcome = outcomes.find((word) => stateOfOutcome[word] === state);
  if (outcome) return code(outcome);
  return handsOver({ name: '', from: [state], to: [], meaning: '' }) ? 'any, in its own column' : 'none yet';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const code = (word: string) => `\`${word}\``;
const codes = (words: readonly (string | BatchMove)[]) =>
  words.length === 0 ? '–' : words.map(code).join(', ');

function pauses(schedule: Schedule): string {
  return schedule.map(inWords).join(', ');
}

function inWords(ms: number): string {
  const units = [
    { ms: 3_600_000, word: 'h' },
    { ms: 60_000, word: 'min' },
    { ms: 1_000, word: 's' },
  ];
  const unit = units.find((u) => ms >= u.ms && ms % u.ms === 0);
  return unit ? `${ms / unit.ms} ${unit.word}` : ms === 0 ? 'at once' : `${ms} ms`;
}
