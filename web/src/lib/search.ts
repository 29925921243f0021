/** What addresses may hold. Whatever else stands there is passed over, so that an old link still opens. */
import { type BatchState, batchStates } from '../../../core/batch.ts';
import { type Outcome, outcomes, type RequestState, requestStates } from '../../../core/request.ts';

type Given = Readonly<Record<string, unknown>>;

export interface BatchSearch {
  /** Left out: newest first. */
  readonly order?: 'asc';
  readonly state?: BatchState;
  readonly model?: string;
  readonly endpoint?: string;
  readonly cursor?: string;
}

export interface RequestSearch {
  /** Left out: newest first. */
  readonly order?: 'asc';
  readonly state?: RequestState;
  readonly outcome?: Outcome;
  readonly model?: string;
  readonly endpoint?: string;
  readonly batch?: string;
  /** Id of a destination. */
  readonly destination?: string;
  readonly tag?: string;
  readonly before?: string;
  readonly after?: string;
  readonly cursor?: string;
}

/** What a search asks for, without its place and order in the list. */
export type RequestFilter = Omit<RequestSearch, 'cursor' | 'order'>;

export function text(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : undefined;
}

export function oneOf<T extends string>(given: Given, name: string, words: readonly T[]): T | undefined {
  return words.find((word) => word === given[name]);
}

/** Leaves out what is undefined, so that it does not stand in the address. */
export function present<T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

export function readBatchSearch(given: Given): BatchSearch {
  return present<BatchSearch>({
    order: oneOf(given, 'order', ['asc']),
    state: oneOf(given, 'state', batchStates),
    model: text(given, 'model'),
    endpoint: text(given, 'endpoint'),
    cursor: text(given, 'cursor'),
  });
}

export function readRequestSearch(given: Given): RequestSearch {
  return present<RequestSearch>({
    order: oneOf(given, 'order', ['asc']),
    state: oneOf(given, 'state', requestStates),
    outcome: oneOf(given, 'outcome', outcomes),
    model: text(given, 'model'),
    endpoint: text(given, 'endpoint'),
    batch: text(given, 'batch'),
    destination: text(given, 'destination'),
    tag: text(given, 'tag'),
    before: text(given, 'before'),
    after: text(given, 'after'),
    cursor: text(given, 'cursor'),
  });
}

/** Qualifiers of the search bar, each with the words that it may take; empty: any. */
export const qualifiers: Readonly<Record<keyof RequestFilter, readonly string[]>> = {
  state: requestStates,
  outcome: outcomes,
  model: [],
  endpoint: [
    '/v1/responses',
    '/v1/chat/completions',
    '/v1/embeddings',
    '/v1/completions',
    '/v1/moderations',
    '/v1/images/generations',
    '/v1/images/edits',
    '/v1/videos',
  ],
  batch: [],
  destination: [],
  tag: [],
  before: [],
  after: [],
};

export interface Typed {
  readonly filter: RequestFilter;
  /** What is no qualifier: an exact id of any kind. */
  readonly free: string;
  /** Qualifiers whose word is none that they take. */
  readonly wrong: readonly string[];
}

/** `state:failed model:"gpt 4" abc` → a filter and the rest. A value with spaces stands in quotes. */
export function readTyped(input: string): Typed {
  const filter: Record<string, string> = {};
  const free: string[] = [];
  const wrong: string[] = [];
  for (const [whole, name = '', quoted, bare] of input.matchAll(/(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)) {
    const value = quoted ?? bare ?? '';
    const words = Object.hasOwn(qualifiers, name) ? qualifiers[name as keyof typeof qualifiers] : undefined;
    if (words === undefined) free.push(whole);
    else if ((name === 'state' || name === 'outcome') && !words.includes(value)) wrong.push(whole);
    else filter[name] = value;
  }
  return { filter: readRequestSearch(filter), free: free.join(' '), wrong };
}

/** What may come next, as whole texts for the bar. */
export function complete(input: string): string[] {
  const [, head = '', last = ''] = /^(.*?\s?)(\S*)$/s.exec(input) ?? [];
  const [, name, value = ''] = /^(\w+):(.*)$/.exec(last) ?? [];
  if (name !== undefined) {
    const words = Object.hasOwn(qualifiers, name) ? qualifiers[name as keyof typeof qualifiers] : [];
    return words.filter((word) => word.startsWith(value)).map((word) => `${head}${name}:${word}`);
  }
  return Object.keys(qualifiers)
    .filter((word) => last !== '' && word.startsWith(last))
    .map((word) => `${head}${word}:`);
}
