/** Why a batch waits, in a sentence. */
import type { Cap, CapSource } from './caps.ts';

/** What the sentence is made of. Times are epoch milliseconds. */
export interface WaitingFacts {
  readonly family: string;
  readonly cap: Cap;
  readonly reservedTokens: number;
  /** Calibrated estimate of this batch. */
  readonly estimate: number;
  /** Embedding requests: they have a count of their own. */
  readonly embeddings: {
    readonly reserved: number;
    readonly cap: number;
    /** Of this batch; 0 elsewhere. */
    readonly count: number;
  };
}

const origins: Readonly<Record<CapSource, string>> = {
  operator: 'set by an operator',
  stated: 'stated by OpenAI',
  tier: 'from the tier table',
  assumed: 'assumed',
};

export type WaitingCause = 'room' | 'turn' | 'proof' | 'pause' | 'funding' | 'hour';

export function explainWaiting(cause: WaitingCause, facts: WaitingFacts, message: string | null): string {
  const { family, cap } = facts;
  const said = message === null ? '' : ` OpenAI said: ${message}`;
  const figures = figuresOf(facts);
  switch (cause) {
    case 'room':
      return `No room: ${figures}.`;
    case 'turn':
      return `Room is kept for an older batch: ${figures}.`;
    case 'proof':
      return `The cap of ${family} is a guess (${inWords(cap.tokens)} tokens): others must have begun first.`;
    case 'pause':
      return `A pause after rejections that our ledger does not explain: ${figures}.${said}`;
    case 'funding':
      return `Funding blocked: the provider refuses for want of money.${said}`;
    case 'hour':
      return 'As many batches as OpenAI allows were created within the last hour.';
  }
}

/** Of what there is too little: embedding requests, or else tokens. */
function figuresOf({ family, cap, reservedTokens, estimate, embeddings }: WaitingFacts): string {
  if (embeddings.reserved + embeddings.count > embeddings.cap) {
    return (
      `${inWords(embeddings.reserved)} of ${inWords(embeddings.cap)} embedding requests of ${family} are reserved, ` +
      `this batch has ${inWords(embeddings.count)}`
    );
  }
  return (
    `${inWords(reservedTokens)} of ${inWords(cap.tokens)} tokens of ${family} are reserved ` +
    `(cap ${origins[cap.source]}), this batch needs about ${inWords(estimate)}`
  );
}

function inWords(tokens: number): string {
  return tokens.toLocaleString('en-US');
}
