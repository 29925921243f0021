/** The store as the rest of the server sees it: one method for each operation, and nothing else. */
import type { ReadName, reads, WriteName, writes } from './operations.ts';

// biome-ignore lint/suspicious/noExplicitAny: the first parameter is a transaction, which callers never see
type Operation = (tx: any, ...input: any[]) => Promise<any>;

type Method<F extends Operation> =
  Parameters<F> extends [unknown] ? () => ReturnType<F> : (input: Parameters<F>[1]) => ReturnType<F>;

type Methods = { readonly [K in WriteName]: Method<(typeof writes)[K]> } & {
  readonly [K in ReadName]: Method<(typeof reads)[K]>;
};

/** What a store is beside its operations. */
export interface StoreControl {
  readonly dialect: 'sqlite' | 'postgres';
  /** Whether it answers, for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type Store = Methods & StoreControl;

export type { ReadName, WriteName };
