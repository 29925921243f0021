/**
 * Which failures of PostgreSQL pass by themselves. An operation is repeated after them: it has not happened, or it
 * has and its answer was lost, and then repeating it is what a driver does after a kill anyway.
 */
import { AppError } from '../../../core/errors.ts';

export type Passing = 'contention' | 'absence' | 'staleness';

/** As PostgreSQL and Node report it. */
interface Failure {
  readonly code?: string;
  readonly message?: string;
  /** The function of the server that complains: the same in every language of its messages. */
  readonly routine?: string;
}

/** Somebody else was in the way: serialization failure, deadlock, lock not available. */
const contention = new Set(['40001', '40P01', '55P03']);

/** A server that is a standby, or is being made one, says this to whoever writes. */
const readOnly = '25006';

/**
 * The database is away or not the one that writes: administrator's shutdown, crash, starting up, too many
 * connections, a read-only standby after a fail-over, a session that idled too long.
 */
const absence = new Set(['57P01', '57P02', '57P03', '53300', readOnly, '57P05', '25P03']);

/** The connection and we do not agree any more on what was prepared there: unknown, or known twice. */
const staleness = new Set(['26000', '42P05']);

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

/** What pg says without a code when no answer comes from a connection. */
const silent = 'Query read timeout';

/** What pg says without a code when a connection breaks, or does not come about. */
const broken =
  /Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying|timeout expired/;

/** Null for a failure that would come again. */
export function passingFailure(error: unknown): Passing | null {
  const { code, message = '' } = error as Failure;
  if (code !== undefined) {
    if (contention.has(code)) return 'contention';
    if (staleness.has(code) || isOldPlan(error as Failure)) return 'staleness';
    if (absence.has(code) || network.has(code) || code.startsWith('08')) return 'absence';
  }
  return isSilence(error) || broken.test(message) ? 'absence' : null;
}

/** After `alter table`, by a newer program: what was prepared before it has other columns now. */
function isOldPlan({ code, message = '', routine }: Failure): boolean {
  return (
    code === '0A000' &&
    (routine === 'RevalidateCachedQuery' || message.includes('cached plan must not change result type'))
  );
}

/** Whether every connection made before it is likely to fail in the same way. */
export function concernsAllConnections(error: unknown): boolean {
  const failure = error as Failure;
  return failure.code === readOnly || isSilence(error) || isOldPlan(failure);
}

/** Whether a connection did not answer in time. */
export function isSilence(error: unknown): boolean {
  return (error as Failure).message === silent;
}

/** For a connection whose server takes no writes. */
export function takesNoWrites(): Error {
  return Object.assign(new Error('the server takes no writes: it is a standby, or set to read-only'), {
    code: readOnly,
  });
}

const maxTries = { contention: 12, absence: Number.POSITIVE_INFINITY, staleness: 12 } as const;
const firstPauseMs = { contention: 5, absence: 50, staleness: 1 } as const;
const longestPauseMs = { contention: 200, absence: 2_000, staleness: 200 } as const;

/** How long to wait before the try after `tries` failed ones, or null to give up, whatever time is left. */
export function pauseBeforeRetry(kind: Passing, tries: number, random: number): number | null {
  if (tries >= maxTries[kind]) return null;
  const full = Math.min(longestPauseMs[kind], firstPauseMs[kind] * 2 ** (tries - 1));
  return Math.round(full * (0.5 + random / 2));
}

/** Failures that are nobody's bug, and that the next second does not mend. */
const lasting: Readonly<Record<string, string>> = {
  '57014': 'The database took too long.',
  '53100': "The database's disk is full.",
  '53200': 'The database has no memory left.',
  '58030': "The database's disk fails.",
};

const gaveUp = {
  contention: 'The database is held up by too much at once.',
  absence: 'The database cannot be reached.',
  staleness: 'The database cannot be reached.',
} as const;

/** What the caller is told when nothing more is tried. AppErrors stay as they are; the rest says which operation it was. */
export function explainFailure(name: string, error: unknown): Error {
  if (error instanceof AppError) return error;
  const described = describe(name, error as Error);
  const { code = '' } = error as Failure;
  const passing = passingFailure(error);
  const what = passing ? gaveUp[passing] : lasting[code];
  return what === undefined ? described : new AppError('store_unavailable', what, { cause: described });
}

function describe(name: string, error: Error): Error {
  const described = new Error(`${name}: ${error.message}`, { cause: error });
  if (error.stack !== undefined) described.stack = `${name}: ${error.stack}`;
  return described;
}
