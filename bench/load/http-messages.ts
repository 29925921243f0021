/**
 * Cuts a connection's bytes into HTTP messages, as far as these benchmarks' own ends write them: a head, and a body
 * with a content-length. So little that what is measured is the other end.
 */
const headEnd = Buffer.from('\r\n\r\n');

export class HttpMessages {
  #rest: Buffer | null = null;

  /** Calls `take` for each whole message with its head, start line included. */
  read(chunk: Buffer, take: (head: string) => void): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      const bodyStart = bytes.indexOf(headEnd) + headEnd.length;
      if (bodyStart < headEnd.length) break;
      const head = bytes.toString('latin1', 0, bodyStart);
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (bytes.length < bodyStart + length) break;
      bytes = bytes.subarray(bodyStart + length);
      take(head);
      if (bytes.length === 0) break;
    }
    this.#rest = bytes.length > 0 ? bytes : null;
  }
}
