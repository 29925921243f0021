/** The language of faults: data only, so that a rule can come from a test, a command line or an HTTP body. */
import type { BatchStatus } from '../life/batch.ts';

/** When a rule applies. Everything given must hold. */
export interface Conditions {
  readonly match?: {
    readonly endpoint?: string;
    readonly model?: string;
    /** Pairs that the batch's metadata must hold. */
    readonly metadata?: Readonly<Record<string, string>>;
    /** Part of the line's custom_id. Rows only. */
    readonly customId?: string;
    /** Part of the line as it was uploaded. Rows only. */
    readonly text?: string;
  };
  /** From which match on, counted from 1; once, unless `times` says more. */
  readonly nth?: number;
  /** At most so many times. */
  readonly times?: number;
  /** In how many of the matches, from 0 to 1; the same seed chooses the same ones. */
  readonly probability?: number;
  /** Every k-th match; for rows, every k-th line of the file. */
  readonly everyKth?: number;
  /** Only in the first batch that holds the same body; sent again, the row is fine. Rows only. */
  readonly firstRunOnly?: boolean;
  /** Until `POST /__simulator/lift`. */
  readonly until?: 'lifted';
}

export type Route =
  | 'files.create'
  | 'files.list'
  | 'files.get'
  | 'files.content'
  | 'files.delete'
  | 'batches.create'
  | 'batches.list'
  | 'batches.get'
  | 'batches.cancel'
  | 'models.list'
  | 'models.get';

export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** What happens to a call. */
export type CallEffect =
  | {
      readonly status: number;
      readonly error: Partial<ErrorBody> & { readonly message: string };
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is destroyed. */
  | { readonly drop: true }
  /** No reply ever comes. */
  | { readonly hang: true }
  /** A download ends early: as if whole, or with the connection destroyed. */
  | { readonly cut: { readonly fraction: number; readonly cleanly: boolean } }
  /** A download in small pieces, this many bytes in a real second. */
  | { readonly slow: { readonly bytesPerSecond: number } }
  /** A download that stops without ending. */
  | { readonly stall: { readonly fraction: number } };

export interface CallRule extends Conditions {
  readonly on: 'call';
  readonly route: Route | readonly Route[];
  /** `after`: the server has acted, only the reply is spoilt. Before it acts, unless said. */
  readonly when?: 'before' | 'after';
  readonly do: CallEffect;
}

export interface BatchError {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
  readonly line: number | null;
}

/** How rows that never ran show: with a `batch_…` code, with a 500, or not at all. */
export type Unfinished = 'listed' | 'generic' | 'missing';

/** What happens to a batch. */
export interface BatchEffect {
  /** It fails in validation with these errors. */
  readonly fail?: readonly BatchError[];
  /** Validation refuses every k-th line, or these lines. */
  readonly refuse?: {
    readonly everyKth?: number;
    readonly lines?: readonly number[];
    readonly code: string;
    readonly message: string;
    readonly param: string | null;
  };
  /** Its input file is gone when it is validated. */
  readonly loseInputFile?: boolean;
  /** It runs until its window is over, or for so long after its creation. */
  readonly expire?: { readonly afterMs?: number };
  /** It is cancelled, by nobody that we know, so long after it began to run. */
  readonly cancelAfterMs?: number;
  /** Cancelling takes so long. */
  readonly cancelMs?: number;
  /** The part of its rows, from 0 to 1, that is done when it expires or is cancelled. */
  readonly progress?: number;
  readonly unfinished?: Unfinished;
  /** It stays in this state so much longer; for ever, without a time. */
  readonly hold?: { readonly status: BatchStatus; readonly forMs?: number };
  /** Another word is shown for a state. */
  readonly word?: { readonly insteadOf: BatchStatus; readonly say: string };
  /** From this state on nobody finds it any more. */
  readonly vanishAt?: BatchStatus;
  /** For so long after its creation it is not in the list. */
  readonly hideFromListMs?: number;
  /** Its counts claim that every row succeeded, or that none was done. */
  readonly counts?: 'all-completed' | 'zero';
  readonly noUsage?: boolean;
  readonly emptyErrorFileId?: boolean;
  /** Without failed rows its error file has 0 bytes. */
  readonly emptyErrorFile?: boolean;
  /** Result files in pure ASCII. */
  readonly ascii?: boolean;
}

export interface BatchRule extends Conditions {
  readonly on: 'batch';
  readonly do: BatchEffect;
}

/** What happens to a row. */
export type RowEffect =
  /** An answer with this status; 2xx goes to the output file, all else to the error file, unless said. */
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly error?: ErrorBody;
      readonly file?: 'output' | 'error';
    }
  /** It never ran: `response` is null. */
  | { readonly neverRan: { readonly code: string; readonly message: string } }
  /** It is in neither file. */
  | { readonly missing: true }
  /** Its result line stands there twice. */
  | { readonly twice: true }
  /** After it comes a result for a custom_id that nobody sent. */
  | { readonly stranger: true }
  /** After it comes a line that is no result. */
  | { readonly junk: 'blank' | 'malformed' }
  /** Its answer holds raw U+2028, U+2029 and U+0085. */
  | { readonly separators: true };

export interface RowRule extends Conditions {
  readonly on: 'row';
  readonly do: RowEffect;
}

/** A cap on what is enqueued, with a real ledger. */
export interface CapRule extends Pick<Conditions, 'match' | 'until'> {
  readonly on: 'cap';
  /** Of each model family, unless one is named in `match`. */
  readonly limit: number;
  /** Embedding inputs are requests. Tokens, unless said. */
  readonly unit?: 'tokens' | 'requests';
  /** `late`, like the real API, unless said. */
  readonly at?: 'late' | 'create';
  /** With `at: 'create'`; 400 unless said. */
  readonly status?: 400 | 429;
}

export type Rule = CallRule | BatchRule | RowRule | CapRule;

export interface Script {
  readonly name: string;
  /** One line: what the client sees. */
  readonly doc: string;
  readonly rules: readonly Rule[];
}
