/** How much of a model family may be enqueued at OpenAI, and how we know. */
import { type Tier, tierCap } from './tiers.ts';

/**
 * - `operator`: set by a person, and followed
 * - `stated`: read out of OpenAI's last rejection
 * - `tier`: from the tier table
 * - `assumed`: a model of which nothing is known
 */
export type CapSource = 'operator' | 'stated' | 'tier' | 'assumed';

export interface Cap {
  readonly tokens: number;
  readonly source: CapSource;
  /** What we fill: less than `tokens` where rejections came although we were under it. */
  readonly usable: number;
}

/** What a person has set. */
export interface CapRules {
  /** Tokens by the beginning of a model's name; the longest that fits counts. */
  readonly overrides: Readonly<Record<string, number>>;
  readonly tier: Tier | null;
}

/** What rejections and clean batches of a family have taught. */
export interface Learned {
  readonly statedTokens: number | null;
  readonly statedRequests: number | null;
  /** The tier's or assumed cap is taken times this, in thousandths. */
  readonly assumedPermille: number;
  /** Each keeps a twentieth of a cap free. */
  readonly marginSteps: number;
  /** Completed in a row since the last rejection, or since the cap was last raised. */
  readonly cleanBatches: number;
  /** In a row, each although we were under the cap; until a batch of the family completes. */
  readonly rejections: number;
  /** Until then nothing of the family is created. */
  readonly heldUntil: number | null;
}

export const nothingLearned: Learned = {
  statedTokens: null,
  statedRequests: null,
  assumedPermille: 1_000,
  marginSteps: 0,
  cleanBatches: 0,
  rejections: 0,
  heldUntil: null,
};

/** For a model that is not in the tier table, or while the tier is not known. */
export const fallbackTokens = 5_000_000;
/** Enqueued embedding requests (OpenAI, help centre). */
export const fallbackRequests = 1_000_000;
/** Batches created in any hour (OpenAI, Batch guide). */
export const creationsPerHour = 2_000;

/** The cap of a family in tokens: operator > stated > tier > assumed. */
export function capOf(family: string, rules: CapRules, learned: Learned): Cap {
  const set = overrideOf(family, rules.overrides);
  if (set !== null) return withMargin(set, 'operator', learned);
  if (learned.statedTokens !== null) return withMargin(learned.statedTokens, 'stated', learned);
  const known = rules.tier === null ? null : tierCap(family, rules.tier);
  const tokens = Math.max(1, Math.floor(((known ?? fallbackTokens) * learned.assumedPermille) / 1_000));
  return withMargin(tokens, known === null ? 'assumed' : 'tier', learned);
}

/** The cap of a family in embedding requests. */
export function requestCapOf(learned: Learned): number {
  return learned.statedRequests ?? fallbackRequests;
}

/** Whether a cap is somebody's word rather than our guess. Only by such a cap is a batch cut. */
export function isFirm(source: CapSource): boolean {
  return source === 'operator' || source === 'stated';
}

function withMargin(tokens: number, source: CapSource, { marginSteps }: Learned): Cap {
  return { tokens, source, usable: Math.max(1, Math.floor((tokens * (20 - marginSteps)) / 20)) };
}

function overrideOf(family: string, overrides: CapRules['overrides']): number | null {
  const [longest] = Object.keys(overrides)
    .filter((prefix) => family.startsWith(prefix.toLowerCase()))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? null : (overrides[longest] ?? null);
}
