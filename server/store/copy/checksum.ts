import { createHash } from 'node:crypto';
import type { SqlValue } from '../tx.ts';

/** How many rows a table holds and a sum over them that does not depend on their order. */
export class Checksum {
  rows = 0;
  #sum = 0n;

  add(values: readonly SqlValue[]): void {
    const hash = createHash('sha256');
    for (const value of values) {
      const bytes = value instanceof Uint8Array ? value : Buffer.from(value === null ? '' : String(value));
      hash.update(`${value === null ? 'n' : 'v'}${bytes.length}:`).update(bytes);
    }
    this.rows += 1;
    this.#sum = (this.#sum + hash.digest().readBigUInt64BE()) & 0xffff_ffff_ffff_ffffn;
  }

  toString(): string {
    return `${this.rows}:${this.#sum.toString(16).padStart(16, '0')}`;
  }
}
