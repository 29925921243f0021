/** Counts the lines of both result files by what they are; the reconciliation is by id, never by counts. */
import type { Reconciliation } from '../../store/batches/finish-download.ts';

export class SeenLines {
  readonly #ids = new Set<number>();
  readonly #distinct = { output: 0, error: 0 };
  #duplicates = 0;
  #unknown = 0;

  /** @returns false when the id has been seen before: the first line of a request counts */
  note(kind: 'output' | 'error', requestId: number): boolean {
    if (this.#ids.has(requestId)) {
      this.#duplicates += 1;
      return false;
    }
    this.#ids.add(requestId);
    this.#distinct[kind] += 1;
    return true;
  }

  /** A line that names no request of the batch, or cannot be read. */
  noteUnknown(): void {
    this.#unknown += 1;
  }

  /** A line that was noted, and names a request that was never in this batch's file. */
  disown(kind: 'output' | 'error', requestId: number): void {
    if (!this.#ids.delete(requestId)) return;
    this.#distinct[kind] -= 1;
    this.#unknown += 1;
  }

  reconcile(sent: number): Reconciliation {
    return {
      output_lines: this.#distinct.output,
      error_lines: this.#distinct.error,
      missing_lines: Math.max(0, sent - this.#ids.size),
      duplicate_lines: this.#duplicates,
      unknown_lines: this.#unknown,
    };
  }
}
