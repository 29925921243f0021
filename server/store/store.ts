/** The store as the rest of the server sees it: one method for each operation, and nothing else. */
import type { ReadName, reads, WriteName, writes } from './operations.ts';

// biome-ignore lint/suspicious/noExplicitAny: the first parameter is a transaction, which callers never see
type Operation = (tx: any, ...input: any[]) => Promise<any>;

type Method<F extends Operation> =
  Parameters<F> extends [unknown] ? () => ReturnType<F> : (input: Parameters<F>[1]) => ReturnType<F>;

type Methods = { readonly [K in WriteName]: Method<(typeof writes)[K]> } & {
  readonly [K in ReadName]: Method<(typeof reads)[K]>;
};

/** Words between the processes that share a database; each may be lost. */
export interface Notices {
  send(word: string): void;
  /** @param hear is given null when words may have been missed */
  listen(hear: (word: string | null) => void): void;
}

/** What a store is beside its operations. */
export interface StoreControl {
  readonly dialect: 'sqlite' | 'postgres';
  /** Whether it answers, for readiness. */
  ping(): Promise<void>;
  /** The database's clock, epoch milliseconds. */
  readTime(): Promise<number>;
  /** Null where one process owns the database alone. */
  readonly notices: Notices | null;
  close(): Promise<void>;
}

export type Store = Methods & StoreControl;

export type { ReadName, WriteName };
