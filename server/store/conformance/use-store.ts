import { afterEach, beforeEach } from 'vitest';
import type { Store } from '../store.ts';
import type { OpenStore } from './describe-store.ts';
import { Line } from './line.ts';

/** A store of its own for each test, on an empty database. */
export function useStore(openStore: OpenStore): { readonly store: Store; readonly line: Line } {
  let line: Line | undefined;
  beforeEach(async () => {
    line = new Line(await openStore());
  });
  afterEach(async () => {
    await line?.store.close();
  });
  const now = () => {
    if (!line) throw new Error('no test is running');
    return line;
  };
  return {
    get line() {
      return now();
    },
    get store() {
      return now().store;
    },
  };
}
