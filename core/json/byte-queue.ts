/** Bytes kept until more come. It grows by doubling, so that many small chunks cost no more than one large one. */
export class ByteQueue {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The last byte, or undefined when empty. */
  get last(): number | undefined {
    return this.#bytes[this.#length - 1];
  }

  push(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }

  /** All bytes in a new array of their own, with `tail` behind them; the queue is empty afterwards. */
  take(tail: Uint8Array): Uint8Array {
    const taken = new Uint8Array(this.#length + tail.length);
    taken.set(this.#bytes.subarray(0, this.#length));
    taken.set(tail, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Forgets the bytes and gives their memory back. */
  drop(): void {
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
  }
}
