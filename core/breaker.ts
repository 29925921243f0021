/**
 * The breaker of a destination, as pure rules. It opens after ten failures in a row that lasted five minutes or more
 * (field notes, "Recommended promise" 5). While it is open nothing is sent but one probe at a time; nothing is lost and
 * no attempt is used up. Any success closes it.
 */
import { breakerSchedule, pauseAfter } from './backoff.ts';

export const breakers = ['closed', 'open'] as const;
export type Breaker = (typeof breakers)[number];

/** What is known of a destination's health. Times are epoch milliseconds. */
export interface Health {
  readonly breaker: Breaker;
  readonly breaker_opened_at: number | null;
  /**
   * Since when it holds messages back, as their time is counted: since it opened, or since a probe could go out again
   * after a time in which none could.
   */
  readonly holds_since: number | null;
  /** In a row, up to now. */
  readonly failures: number;
  /** When the first failure of the present row was answered. */
  readonly failing_since: number | null;
  /** Probes that failed since the breaker opened. */
  readonly probes: number;
  /** Nothing may be sent before. */
  readonly blocked_until: number;
  /** When the breaker closed, until what had waited was called forward. */
  readonly recovering_since: number | null;
}

/** Both must hold before a breaker opens. */
export const breakerOpensAfter = { failures: 10, lastingMs: 5 * 60_000 };

/** One answer of a destination. */
export interface HealthSign {
  readonly good: boolean;
  /** The single message that was let through an open breaker. */
  readonly probe: boolean;
}

export interface BreakerTerms {
  readonly now: number;
  /** The destination's policy: never open. */
  readonly off: boolean;
  /** Divides the pauses between probes. */
  readonly faster: number;
}

/** The health after an answer. */
export function afterSign<H extends Health>(health: H, sign: HealthSign, terms: BreakerTerms): H {
  const { now } = terms;
  if (sign.good) return health.breaker === 'open' ? closed(health, now) : wellAgain(health);
  const failures = health.failures + 1;
  const failing_since = health.failing_since ?? now;
  const failing = { ...health, failures, failing_since };
  if (health.breaker === 'open') {
    if (!sign.probe) return failing;
    const probes = health.probes + 1;
    return { ...failing, probes, blocked_until: now + probePause(probes, terms.faster) };
  }
  const opens =
    failures >= breakerOpensAfter.failures &&
    now - failing_since >= breakerOpensAfter.lastingMs &&
    !terms.off;
  return opens ? opened(failing, terms) : failing;
}

/** By a sign or by order. */
export function opened<H extends Health>(health: H, { now, faster }: BreakerTerms): H {
  return {
    ...health,
    breaker: 'open',
    breaker_opened_at: now,
    holds_since: now,
    probes: 0,
    blocked_until: now + probePause(0, faster),
    recovering_since: null,
  };
}

/** By a success or by order: what had waited for its next attempt is called forward. */
export function closed<H extends Health>(health: H, now: number): H {
  return {
    ...health,
    breaker: 'closed',
    breaker_opened_at: null,
    holds_since: null,
    failures: 0,
    failing_since: null,
    probes: 0,
    blocked_until: 0,
    recovering_since: now,
  };
}

function wellAgain<H extends Health>(health: H): H {
  return health.failures === 0 ? health : { ...health, failures: 0, failing_since: null };
}

function probePause(probes: number, faster: number): number {
  return Math.max(1, Math.round(pauseAfter(breakerSchedule, probes + 1) / faster));
}

/**
 * A probe that is later than this share of the time that messages may be held says that none could go out: sending was
 * paused, or nothing ran. That time is nobody's failure, and does not count.
 */
const lateShare = 1 / 7;

/** @param mostHeldMs how long messages may be held back */
export function lateProbeMs(mostHeldMs: number): number {
  return Math.round(mostHeldMs * lateShare);
}

/** In so many milliseconds after a start, or after a pause of all sending, each open breaker has sent a probe. */
export function firstProbesMs(mostHeldMs: number): number {
  return Math.min(10 * 60_000, lateProbeMs(mostHeldMs));
}

/** After so many failures in a row a destination gets a tenth of its places until it succeeds. */
const doubtfulAfter = 3;

/** How many messages a destination may have in flight. */
export function placesOf(health: Pick<Health, 'breaker' | 'failures'>, concurrency: number): number {
  if (health.breaker === 'open') return 1;
  return health.failures < doubtfulAfter ? concurrency : Math.max(1, Math.floor(concurrency / 10));
}
