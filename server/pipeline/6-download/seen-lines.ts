/** Counts the lines of both result files by what they are; the reconciliation is by id, never by counts. */
import type { Reconciliation } from '../../store/batches/finish-download.ts';

/** Which of a batch's two result files. */
export type FileKind = 'output' | 'error';

interface Tally {
  readonly ids: Set<number>;
  duplicates: number;
  unknown: number;
}

const nothing = (): Tally => ({ ids: new Set(), duplicates: 0, unknown: 0 });

export class SeenLines {
  readonly #files: Record<FileKind, Tally> = { output: nothing(), error: nothing() };

  /** The file is read from its start, for the first time or again: what was noted of it before does not count. */
  begin(kind: FileKind): void {
    this.#files[kind] = nothing();
  }

  /** @returns false when the id has been seen before: the first line of a request counts */
  note(kind: FileKind, requestId: number): boolean {
    const { output, error } = this.#files;
    if (output.ids.has(requestId) || error.ids.has(requestId)) {
      this.#files[kind].duplicates += 1;
      return false;
    }
    this.#files[kind].ids.add(requestId);
    return true;
  }

  /** A line that names no request of the batch, or cannot be read. */
  noteUnknown(kind: FileKind): void {
    this.#files[kind].unknown += 1;
  }

  /** A line that was noted, and names a request that was never in this batch's file. */
  disown(kind: FileKind, requestId: number): void {
    if (this.#files[kind].ids.delete(requestId)) this.noteUnknown(kind);
  }

  reconcile(sent: number): Reconciliation {
    const { output, error } = this.#files;
    return {
      output_lines: output.ids.size,
      error_lines: error.ids.size,
      missing_lines: Math.max(0, sent - output.ids.size - error.ids.size),
      duplicate_lines: output.duplicates + error.duplicates,
      unknown_lines: output.unknown + error.unknown,
    };
  }
}
