/** Talks to the service: one function, one error. */
import { learnClock } from '../lib/time.ts';

export interface Complaint {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly source?: { readonly pointer: string };
}

/** Why a call did not succeed, as a sentence for a person. `status` 0: nobody answered. */
export class ApiError extends Error {
  readonly status: number;
  readonly complaints: readonly Complaint[];

  constructor(status: number, complaints: readonly Complaint[], fallback: string) {
    super(complaints.map(({ detail }) => detail).join(' ') || fallback);
    this.name = 'ApiError';
    this.status = status;
    this.complaints = complaints;
  }

  get code(): string {
    return this.complaints[0]?.code ?? (this.status === 0 ? 'no_answer' : `http_${this.status}`);
  }
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A cookie alone moves nothing: only a page of ours can send this header. */
export const consoleHeader = 'x-console';
const longestMs = 30_000;

export async function call<T>(path: string, { method = 'GET', body, signal }: Call = {}): Promise<T> {
  const late = AbortSignal.timeout(longestMs);
  const response = await fetch(path, {
    method,
    headers: {
      accept: 'application/json',
      [consoleHeader]: '1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, late]) : late,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, [], 'The service does not answer.');
  });
  learnClock(response.headers.get('date'));
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, complaintsOf(text), `Answered ${response.status}.`);
  return (text === '' ? null : JSON.parse(text)) as T;
}

function complaintsOf(text: string): readonly Complaint[] {
  try {
    const { errors } = JSON.parse(text) as { errors?: Complaint[] };
    return errors ?? [];
  } catch {
    // Something between us and the service answered in its own words; the status says enough.
    return [];
  }
}

/** A query string of what is set. */
export function query(values: Readonly<Record<string, string | number | undefined | null>>): string {
  const set = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}`;
}
