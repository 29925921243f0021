/**
 * The one error type of the product and its closed set of codes.
 *
 * A code says what went wrong in the field's own words, the message says what a person can do about it, and
 * the fate says what the program does: record it (`expected`), try again by a schedule (`temporary`), or be
 * loud (`bug`).
 */

export type Fate = 'expected' | 'temporary' | 'bug';

interface CodeFacts {
  readonly status: number;
  readonly fate: Fate;
  readonly title: string;
}

/** Every code with the HTTP status it is answered with. The codes that the original had keep its words. */
export const errorCodes = {
  malformed_json: { status: 400, fate: 'expected', title: 'The body is not valid JSON' },
  malformed_http: { status: 400, fate: 'expected', title: 'This is not valid HTTP' },
  invalid_utf8: { status: 400, fate: 'expected', title: 'The body is not valid UTF-8' },
  unauthorized: { status: 401, fate: 'expected', title: 'A valid API key is needed' },
  forbidden: { status: 403, fate: 'expected', title: 'This API key may not do that' },
  not_found: { status: 404, fate: 'expected', title: 'There is no such thing here' },
  method_not_allowed: { status: 405, fate: 'expected', title: 'This address does not take that method' },
  request_timeout: { status: 408, fate: 'expected', title: 'The request did not arrive in time' },
  duplicate_custom_id: { status: 409, fate: 'expected', title: 'This custom_id is taken by another request' },
  illegal_move: { status: 409, fate: 'expected', title: 'Not possible in the present state' },
  being_sent: { status: 409, fate: 'expected', title: 'This request is being sent right now' },
  already_running: { status: 409, fate: 'expected', title: 'The same order runs already' },
  payload_too_large: { status: 413, fate: 'expected', title: 'The body is too large' },
  unsupported_media_type: { status: 415, fate: 'expected', title: 'The body must be JSON' },
  headers_too_large: { status: 431, fate: 'expected', title: 'The headers are too large' },
  validation_error: { status: 422, fate: 'expected', title: 'The request has the wrong shape' },
  invalid_state: { status: 422, fate: 'expected', title: 'Not possible in the present state' },
  too_many_attempts: { status: 429, fate: 'expected', title: 'Too many attempts' },
  internal_error: { status: 500, fate: 'bug', title: 'Something is wrong on our side' },
  maintenance_mode: { status: 503, fate: 'expected', title: 'Intake is paused' },
  stopping: { status: 503, fate: 'expected', title: 'The service is stopping' },
  overloaded: { status: 503, fate: 'temporary', title: 'Too much at once' },
  disk_low: { status: 503, fate: 'temporary', title: 'The disk is nearly full' },
  store_unavailable: { status: 503, fate: 'temporary', title: 'The database does not answer' },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof errorCodes;

/** One complaint as the API shows it. `pointer` is a JSON pointer into what was sent. */
export interface Complaint {
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly source?: { readonly pointer: string };
}

interface AppErrorOptions {
  /** JSON pointer to the value at fault. */
  readonly pointer?: string;
  /** Seconds after which another try makes sense, sent as `Retry-After`. */
  readonly retryAfterS?: number;
  readonly cause?: unknown;
  /** Further complaints about the same input. */
  readonly more?: readonly Complaint[];
}

/** An error with a code, a message that a person can act on, and its cause. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly pointer: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly more: readonly Complaint[];

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.pointer = options.pointer;
    this.retryAfterS = options.retryAfterS;
    this.more = options.more ?? [];
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  get fate(): Fate {
    return errorCodes[this.code].fate;
  }

  /** The error form of the API: a list, worst first, each with code, title, detail and, where known, a pointer. */
  get complaints(): readonly Complaint[] {
    return [complain(this.code, this.message, this.pointer), ...this.more];
  }
}

/** One entry of the error form. */
export function complain(code: ErrorCode, detail: string, pointer?: string): Complaint {
  const base = { code, title: errorCodes[code].title, detail };
  return pointer === undefined ? base : { ...base, source: { pointer } };
}

/** Fails to compile where a union is not handled in full; loud at run time should data disagree with its type. */
export function assertNever(value: never): never {
  throw new AppError('internal_error', `unexpected value: ${String(value)}`);
}
