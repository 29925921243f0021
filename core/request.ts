/**
 * The request machine.
 *
 * A request has two lives. First the model call: it waits in a batch (`pending`), is at the provider
 * (`openai_processing`), and ends in exactly one outcome. Then the hand-over: whatever the outcome, it is
 * delivered, and the outcome keeps a column of its own, so that `delivered` never hides that the call failed.
 * Requests without a destination (delivery type `none`) stay at their outcome and are fetched.
 */

export const requestStates = [
  'pending',
  'openai_processing',
  'openai_processed',
  'failed',
  'expired',
  'cancelled',
  'delivering',
  'delivered',
  'delivery_failed',
] as const;

/** Where a request stands. */
export type RequestState = (typeof requestStates)[number];

export const outcomes = ['succeeded', 'failed', 'expired', 'cancelled'] as const;

/** How the model call ended. */
export type Outcome = (typeof outcomes)[number];

interface RequestMoveRule {
  readonly from: readonly (RequestState | null)[];
  readonly to: RequestState;
  readonly meaning: string;
}

export const requestMoves = {
  accept: { from: [null], to: 'pending', meaning: 'stored, in a batch' },
  send: { from: ['pending'], to: 'openai_processing', meaning: 'in a batch that exists at the provider' },
  return: {
    from: ['openai_processing'],
    to: 'pending',
    meaning: 'not run; to be sent again, in this batch or in a successor',
  },
  carry: { from: ['pending'], to: 'pending', meaning: 'never sent; taken over by a successor' },
  succeed: { from: ['openai_processing'], to: 'openai_processed', meaning: 'answered' },
  fail: { from: ['pending', 'openai_processing'], to: 'failed', meaning: 'the call ended in an error' },
  expire: { from: ['pending', 'openai_processing'], to: 'expired', meaning: 'never run in time' },
  cancel: { from: ['pending', 'openai_processing'], to: 'cancelled', meaning: 'stopped by order' },
  deliver: {
    from: ['openai_processed', 'failed', 'expired', 'cancelled'],
    to: 'delivering',
    meaning: 'the outcome is being handed over, attempts and pauses included',
  },
  arrive: { from: ['delivering'], to: 'delivered', meaning: 'the destination took it' },
  give_up: { from: ['delivering'], to: 'delivery_failed', meaning: 'the destination never took it' },
  redeliver: {
    from: ['delivered', 'delivery_failed'],
    to: 'delivering',
    meaning: 'the same outcome, handed over once more',
  },
  restart: {
    from: ['failed', 'delivering', 'delivered', 'delivery_failed'],
    to: 'pending',
    meaning: 'its batch failed and was restarted; a new outcome will follow',
  },
} as const satisfies Record<string, RequestMoveRule>;

/** A named, legal change of a request's state. */
export type RequestMove = keyof typeof requestMoves;

/** Whether `move` may be made by a request in `state`. */
export function requestMayMove(state: RequestState | null, move: RequestMove): boolean {
  return (requestMoves[move].from as readonly (RequestState | null)[]).includes(state);
}

/** The state in which a request with this outcome waits to be handed over. */
export const stateOfOutcome = {
  succeeded: 'openai_processed',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
} as const satisfies Record<Outcome, RequestState>;

/** How often a request may be sent to the provider before it ends with what happened (design: three). */
export const maxCallTries = 3;
