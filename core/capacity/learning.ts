/** What a family's cap learns from batches that completed and from batches that were turned away. */
import { capacitySchedule, pauseAfter } from '../backoff.ts';
import { type CapRules, capOf, type Learned } from './caps.ts';

/** So many batches without a rejection, and more is tried. */
export const cleanToRise = 20;
/** The share kept free under a cap ends at a fifth: others use a factor of 0.8 to 0.9 (reference, section 8). */
const mostMarginSteps = 4;
/** Bounds of the factor on an assumed cap, in thousandths. */
const leastPermille = 1;
const mostPermille = 4_000_000;

/** A batch of the family has completed: there is room, and the back-off is over. */
export function afterCompletion(learned: Learned): Learned {
  const eased = { ...learned, rejections: 0, heldUntil: null, cleanBatches: learned.cleanBatches + 1 };
  if (eased.cleanBatches < cleanToRise) return eased;
  if (learned.marginSteps > 0) return { ...eased, cleanBatches: 0, marginSteps: learned.marginSteps - 1 };
  const raised = Math.min(mostPermille, Math.ceil(learned.assumedPermille * 1.25));
  return {
    ...eased,
    cleanBatches: 0,
    assumedPermille: learned.statedTokens === null ? raised : learned.assumedPermille,
  };
}

/** A limit as OpenAI's message names it. */
export interface StatedLimit {
  readonly unit: 'tokens' | 'requests';
  readonly limit: number;
}

export interface Rejection {
  readonly stated: StatedLimit | null;
  /** Tokens that our ledger held with this batch, at most, since it was admitted. */
  readonly ledgerTokens: number;
  readonly ledgerRequests: number;
  /** It went alone because it is too large and cannot be cut. */
  readonly alone: boolean;
  readonly now: number;
  /** From 0 to 1, spreads the pause. */
  readonly spread: number;
  /** Divides the pause. */
  readonly faster: number;
}

/**
 * A batch of the family was turned away. The stated limit is adopted; without one an assumed cap is halved. A
 * rejection that the ledger explains needs no pause: the batch waits for room. One that it does not explain is
 * answered by a growing pause, and by keeping more free.
 */
export function afterRejection(
  family: string,
  rules: CapRules,
  learned: Learned,
  rejection: Rejection,
): Learned {
  const taught = adopt(learned, rejection.stated);
  const cap = capOf(family, rules, taught);
  const requestsExplain = taught.statedRequests !== null && rejection.ledgerRequests > taught.statedRequests;
  const explained = rejection.ledgerTokens > cap.usable || requestsExplain;
  if (explained && !rejection.alone) return taught;
  const rejections = learned.rejections + 1;
  const pauseMs = pauseAfter(capacitySchedule, rejections, rejection.spread) / rejection.faster;
  return {
    ...taught,
    rejections,
    heldUntil: Math.round(rejection.now + pauseMs),
    marginSteps: rejection.alone ? taught.marginSteps : Math.min(mostMarginSteps, taught.marginSteps + 1),
  };
}

function adopt(learned: Learned, stated: StatedLimit | null): Learned {
  const clean = { ...learned, cleanBatches: 0 };
  if (stated?.unit === 'requests') return { ...clean, statedRequests: stated.limit };
  if (stated?.unit === 'tokens') return { ...clean, statedTokens: stated.limit };
  if (learned.statedTokens !== null) return clean;
  return { ...clean, assumedPermille: Math.max(leastPermille, Math.floor(learned.assumedPermille / 2)) };
}

const number = String.raw`(\d[\d,._ ]*)\s*([kmb])?`;
/** OpenAI: "Limit: 2,000,000 enqueued tokens." Azure: "configured limit of 30K for the deployment". */
const statedForms = [
  new RegExp(String.raw`limit:\s*${number}\s*enqueued (token|request)s?`, 'i'),
  new RegExp(String.raw`configured limit of\s*${number}\b()`, 'i'),
];
const multiples: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000, b: 1_000_000_000 };

/** The limit that a rejection names, or null. */
export function readStatedLimit(message: string): StatedLimit | null {
  for (const form of statedForms) {
    const [, digits = '', suffix = '', unit = ''] = form.exec(message) ?? [];
    const limit = Number(digits.replaceAll(/[^\d]/g, '')) * (multiples[suffix.toLowerCase()] ?? 1);
    if (limit > 0 && Number.isSafeInteger(limit))
      return { unit: unit === 'request' ? 'requests' : 'tokens', limit };
  }
  return null;
}
