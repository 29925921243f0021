/** What addresses may hold. Whatever else stands there is passed over, so that an old link still opens. */
import { type BatchState, batchStates } from '../../../core/batch.ts';

type Given = Readonly<Record<string, unknown>>;

export interface BatchSearch {
  readonly state?: BatchState;
  readonly model?: string;
  readonly endpoint?: string;
  readonly cursor?: string;
}

function text(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : undefined;
}

function oneOf<T extends string>(given: Given, name: string, words: readonly T[]): T | undefined {
  return words.find((word) => word === given[name]);
}

/** Leaves out what is undefined, so that it does not stand in the address. */
function present<T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

export function readBatchSearch(given: Given): BatchSearch {
  return present<BatchSearch>({
    state: oneOf(given, 'state', batchStates),
    model: text(given, 'model'),
    endpoint: text(given, 'endpoint'),
    cursor: text(given, 'cursor'),
  });
}
