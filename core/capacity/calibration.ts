/** Token estimates held against real usage, by model and endpoint. */

/** Real tokens divided by estimated ones, in thousandths, and over how many batches. */
export interface TokenRatio {
  readonly permille: number;
  readonly batches: number;
}

export const uncalibrated: TokenRatio = { permille: 1_000, batches: 0 };

/** One odd batch must not make an estimate worthless. */
const leastPermille = 250;
const mostPermille = 4_000;
/** How much the newest batch counts, once there are some. */
const weight = 0.3;
/** A batch of which fewer rows have usage says nothing about the whole. */
const leastShare = 0.9;

/** A raw estimate, corrected by what was seen. */
export function calibrate(tokens: number, { permille }: TokenRatio): number {
  return Math.max(1, Math.ceil((tokens * permille) / 1_000));
}

export interface SeenUsage {
  /** Raw estimate of the whole batch. */
  readonly estimatedTokens: number;
  readonly inputTokens: number;
  readonly lines: number;
  readonly succeeded: number;
}

/** Real tokens of a whole batch divided by its raw estimate; null where too little is known. */
export function ratioOf({ estimatedTokens, inputTokens, lines, succeeded }: SeenUsage): number | null {
  if (estimatedTokens <= 0 || inputTokens <= 0 || lines <= 0 || succeeded < lines * leastShare) return null;
  return ((inputTokens / succeeded) * lines) / estimatedTokens;
}

/** The ratio after one more batch: the first is believed, later ones move it. */
export function learnRatio(before: TokenRatio, seen: SeenUsage): TokenRatio | null {
  const ratio = ratioOf(seen);
  if (ratio === null) return null;
  const share = Math.max(weight, 1 / (before.batches + 1));
  const mixed = before.permille + (ratio * 1_000 - before.permille) * share;
  const permille = Math.ceil(Math.min(mostPermille, Math.max(leastPermille, mixed)));
  return { permille, batches: before.batches + 1 };
}
