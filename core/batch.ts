/**
 * The batch machine.
 *
 * A batch is born `building` and takes requests of one endpoint and model. Closing it freezes what it holds.
 * From then on it walks one line: its file is uploaded, it waits until the provider has room, it is created
 * there, followed until the provider is finished, its results are fetched and split, and every outcome is
 * handed over; then it is `done`.
 *
 * Three side exits keep their word for good: `expired` (the provider's time window ended), `failed` (the
 * provider refused the batch, or we could not go on) and `cancelled` (a person ordered it). None of them is a
 * dead end: each owes one last duty, to settle. What the provider finished is paid for, so results are read
 * and delivered, and every other request gets a new chance or an outcome. `settled_at` closes that duty.
 *
 * A move is legal in this table only, and written by one function only (`server/store/moves.ts`), together
 * with its transition row. The API's 409s, the console's buttons, the diagram in docs/lifecycle.md and the
 * tests are all read from here.
 */

export const batchStates = [
  'building',
  'uploading',
  'uploaded',
  'waiting_for_capacity',
  'openai_processing',
  'openai_completed',
  'downloading',
  'ready_to_deliver',
  'delivering',
  'done',
  'failed',
  'expired',
  'cancelled',
] as const;

/** Where a batch stands. */
export type BatchState = (typeof batchStates)[number];

/** How the hand-over of a finished batch went; speaks of deliveries only, never of the model's answers. */
export const handOvers = ['delivered', 'partially_delivered', 'delivery_failed'] as const;
export type HandOver = (typeof handOvers)[number];

interface BatchMoveRule {
  /** Null stands for "does not exist yet". */
  readonly from: readonly (BatchState | null)[];
  /** More than one target: whoever moves says which. */
  readonly to: readonly BatchState[];
  /** What happened, for a reader of the timeline. */
  readonly meaning: string;
}

export const batchMoves = {
  open: { from: [null], to: ['building'], meaning: 'opened for the first request of its endpoint and model' },
  succeed: {
    from: [null],
    to: ['uploading'],
    meaning: 'born closed, of requests that must be sent again',
  },
  close: { from: ['building'], to: ['uploading'], meaning: 'closed; its content is frozen' },
  upload: { from: ['uploading'], to: ['uploaded'], meaning: 'the provider has the input file' },
  reupload: {
    from: ['uploaded', 'waiting_for_capacity'],
    to: ['uploading'],
    meaning: 'the provider no longer has the input file; it is sent again',
  },
  wait: {
    from: ['uploaded', 'openai_processing'],
    to: ['waiting_for_capacity'],
    meaning: 'no room at the provider now',
  },
  submit: {
    from: ['uploaded', 'waiting_for_capacity'],
    to: ['openai_processing'],
    meaning: 'the batch exists at the provider',
  },
  resubmit: {
    from: ['openai_processing'],
    to: ['uploading'],
    meaning: 'the batch is gone at the provider; its requests are sent again',
  },
  complete: { from: ['openai_processing'], to: ['openai_completed'], meaning: 'the provider is finished' },
  download: { from: ['openai_completed'], to: ['downloading'], meaning: 'results are being fetched' },
  ready: {
    from: ['downloading'],
    to: ['ready_to_deliver'],
    meaning: 'every result is stored with its request',
  },
  deliver: { from: ['ready_to_deliver'], to: ['delivering'], meaning: 'outcomes are being handed over' },
  finish: { from: ['delivering'], to: ['done'], meaning: 'nothing is left to do' },
  redeliver: { from: ['done'], to: ['delivering'], meaning: 'outcomes are handed over once more' },
  expire: {
    from: ['openai_processing'],
    to: ['expired'],
    meaning: "the provider's time window ended before everything had run",
  },
  fail: {
    from: [
      'uploading',
      'uploaded',
      'waiting_for_capacity',
      'openai_processing',
      'openai_completed',
      'downloading',
    ],
    to: ['failed'],
    meaning: 'the batch as a whole could not go on',
  },
  cancel: {
    from: ['building', 'uploading', 'uploaded', 'waiting_for_capacity', 'openai_processing'],
    to: ['cancelled'],
    meaning: 'stopped by order',
  },
  restart: {
    from: ['failed'],
    to: ['uploading', 'waiting_for_capacity'],
    meaning: 'requests that ended only because the batch failed get another chance',
  },
} as const satisfies Record<string, BatchMoveRule>;

/** A named, legal change of a batch's state. */
export type BatchMove = keyof typeof batchMoves;

/** Whether `move` may be made by a batch in `state` (null: not born yet). */
export function mayMove(state: BatchState | null, move: BatchMove): boolean {
  return (batchMoves[move].from as readonly (BatchState | null)[]).includes(state);
}

/** The moves a batch in `state` may make, in the order of the table. */
export function movesFrom(state: BatchState | null): BatchMove[] {
  return (Object.keys(batchMoves) as BatchMove[]).filter((move) => mayMove(state, move));
}

/**
 * The state a move leads to.
 *
 * @param chosen which target, for a move that has more than one
 * @throws Error when `chosen` is not a target of the move, or is missing where one is needed
 */
export function targetOf(move: BatchMove, chosen?: BatchState): BatchState {
  const targets = batchMoves[move].to as readonly BatchState[];
  const target = chosen ?? (targets.length === 1 ? targets[0] : undefined);
  if (target === undefined || !targets.includes(target)) {
    throw new Error(`move ${move} leads to ${targets.join(' or ')}, not to ${chosen ?? '(unsaid)'}`);
  }
  return target;
}

/** States in which a batch owes nothing more, provided that it is settled. */
export const endStates = ['done', 'failed', 'expired', 'cancelled'] as const satisfies BatchState[];

/** Nothing is done at the provider any more, and what is left is at most to hand outcomes over: such a batch may be deleted. */
export const deletableStates = [...endStates, 'delivering'] as const satisfies BatchState[];

/** States whose last duty is to settle: read what exists, give every request an outcome or a new chance. */
export const settlingStates = ['failed', 'expired', 'cancelled'] as const satisfies BatchState[];

/**
 * What holds a batch that only time or a person can let go on; it loses it with its next move.
 *
 * - `vanished`: the provider does not know the batch any more (404)
 * - `foreign_credentials`: it belongs to another key, project or address than those in use now
 */
export const batchConditions = ['vanished', 'foreign_credentials'] as const;
export type BatchCondition = (typeof batchConditions)[number];

/** The window in which the provider runs a batch, and the hour after which nothing more can come of it. */
export const vanishedForGoodMs = 25 * 3_600_000;

/** Whether cancelling a batch in this state must first be ordered at the provider. */
export function cancelsAtProvider(state: BatchState): boolean {
  return state === 'openai_processing';
}

/** The word of a finished hand-over. Nothing to hand over, or type `none`, counts as delivered. */
export function handOverOf(counts: { delivered: number; deliveryFailed: number }): HandOver {
  if (counts.deliveryFailed === 0) return 'delivered';
  return counts.delivered === 0 ? 'delivery_failed' : 'partially_delivered';
}
