/**
 * Which waiting batches of one model family may be created now.
 *
 * Oldest that fits first. A batch that has been passed over for too long gets room kept for it: nothing younger
 * goes before it any more. A guessed cap is felt out by few batches at a time, since OpenAI says only later
 * that it was too much.
 */
import { type Cap, isFirm } from './caps.ts';

export interface WaitingBatch {
  readonly id: number;
  /** Calibrated estimate. */
  readonly tokens: number;
  /** Embedding inputs; 0 elsewhere. */
  readonly requests: number;
  /** Lines; a batch of one cannot be cut. */
  readonly lines: number;
  readonly waitedMs: number;
}

/** What is reserved at OpenAI. */
export interface Ledger {
  readonly tokens: number;
  readonly requests: number;
  /** Batches that OpenAI has taken and not begun yet: it may still turn them away. */
  readonly unproven: number;
}

export interface AdmissionLimits {
  readonly cap: Cap;
  readonly requestCap: number;
  /** Rejections in a row that the ledger does not explain. */
  readonly rejections: number;
}

/**
 * - `admit`: create it now
 * - `room`: it does not fit beside what is reserved
 * - `turn`: room is kept for an older one
 * - `proof`: first others must have begun, since the cap is a guess
 * - `too_large`: it can never fit, and is to be cut
 */
export type AdmissionVerdict = 'admit' | 'room' | 'turn' | 'proof' | 'too_large';

/** An older batch may be passed over for this long. */
export const passedOverMs = 30 * 60_000;
/** Under a guessed cap this many batches may be at OpenAI without having begun. */
export const mostUnproven = 3;

/** @param queue oldest first */
export function admit(
  queue: readonly WaitingBatch[],
  ledger: Ledger,
  limits: AdmissionLimits,
): Map<number, AdmissionVerdict> {
  const verdicts = new Map<number, AdmissionVerdict>();
  let { tokens, requests, unproven } = ledger;
  let barred: AdmissionVerdict | null = null;
  for (const batch of queue) {
    const verdict = barred ?? judge(batch, { tokens, requests, unproven }, limits);
    verdicts.set(batch.id, verdict);
    if (verdict === 'admit') {
      tokens += batch.tokens;
      requests += batch.requests;
      unproven += 1;
    } else if (verdict === 'proof') barred = 'proof';
    else if (verdict === 'room' && batch.waitedMs >= passedOverMs) barred = 'turn';
  }
  return verdicts;
}

function judge(batch: WaitingBatch, ledger: Ledger, limits: AdmissionLimits): AdmissionVerdict {
  const { cap, requestCap } = limits;
  if (neverFits(batch, limits) && batch.lines > 1) return 'too_large';
  const alone = ledger.tokens === 0 && ledger.requests === 0;
  const fits = ledger.tokens + batch.tokens <= cap.usable && ledger.requests + batch.requests <= requestCap;
  if (!fits && !alone) return 'room';
  return ledger.unproven >= unprovenAllowed(limits) ? 'proof' : 'admit';
}

/** By a firm cap only: a batch that is too large for a guess goes alone, and OpenAI has the word. */
function neverFits({ tokens, requests }: WaitingBatch, { cap, requestCap }: AdmissionLimits): boolean {
  return (isFirm(cap.source) && tokens > cap.tokens) || requests > requestCap;
}

function unprovenAllowed({ cap, rejections }: AdmissionLimits): number {
  if (rejections > 0) return 1;
  return isFirm(cap.source) ? Number.POSITIVE_INFINITY : mostUnproven;
}

/** What a batch that can never fit is cut down to: two pieces fit beside each other. */
export function pieceOf({ cap, requestCap }: AdmissionLimits): {
  readonly tokens: number;
  readonly requests: number;
} {
  return {
    tokens: Math.max(1, Math.floor(cap.usable / 2)),
    requests: Math.max(1, Math.floor(requestCap / 2)),
  };
}
