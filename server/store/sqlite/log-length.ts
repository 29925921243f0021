/**
 * How long the write-ahead log is: SQLite keeps it in the header of the index beside it, whose form is part of its file
 * format (sqlite.org/walformat.html, 2.1): frames in the log at byte 16, in the machine's own byte order.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

const framesAt = 16;

export class LogLength {
  readonly #path: string;
  readonly #bytes = Buffer.alloc(4);
  #file: number | undefined;

  /** @param path of the database */
  constructor(path: string) {
    this.#path = `${path}-shm`;
  }

  /** Pages written since the log began anew; 0 while there is none. */
  frames(): number {
    try {
      this.#file ??= openSync(this.#path, 'r');
      readSync(this.#file, this.#bytes, 0, 4, framesAt);
    } catch {
      // Nothing has been written yet, or it cannot be looked at: then SQLite itself sees to its log, a little later.
      return 0;
    }
    return endianness() === 'LE' ? this.#bytes.readUInt32LE() : this.#bytes.readUInt32BE();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
