/**
 * Which failures of PostgreSQL pass by themselves. An operation is repeated after them: it has not happened, or it
 * has and its answer was lost, and then repeating it is what a driver does after a kill anyway.
 */
export type Passing = 'contention' | 'absence';

/** Somebody else was in the way: serialization failure, deadlock, lock not available. */
const contention = new Set(['40001', '40P01', '55P03']);

/**
 * The database is away or not the one that writes: administrator's shutdown, crash, starting up, too many
 * connections, a read-only standby after a fail-over, a statement prepared before it.
 */
const absence = new Set(['57P01', '57P02', '57P03', '53300', '25006', '26000', '57P05', '25P03']);

const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/** What pg says without a code when a connection breaks. */
const broken = /Connection terminated|Client has encountered a connection error|timeout exceeded when trying/;

/** Null for a failure that would come again. */
export function passingFailure(error: unknown): Passing | null {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined) {
    if (contention.has(code)) return 'contention';
    if (absence.has(code) || network.has(code) || code.startsWith('08')) return 'absence';
  }
  return broken.test(message ?? '') ? 'absence' : null;
}

const maxTries = { contention: 12, absence: 12 } as const;
const firstPauseMs = { contention: 5, absence: 50 } as const;
const longestPauseMs = { contention: 200, absence: 2_000 } as const;

/** How long to wait before the try after `tries` failed ones, or null to give up; some 14 s in all for an absence. */
export function pauseBeforeRetry(kind: Passing, tries: number, random: number): number | null {
  if (tries >= maxTries[kind]) return null;
  const full = Math.min(longestPauseMs[kind], firstPauseMs[kind] * 2 ** (tries - 1));
  return Math.round(full * (0.5 + random / 2));
}
