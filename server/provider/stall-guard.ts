/** Gives up a transfer that makes no progress: the client's own time limit ends when headers arrive. */
export class StallGuard {
  readonly #stall = new AbortController();
  readonly #stallMs: number;
  #timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal;

  constructor(stallMs: number, outer?: AbortSignal) {
    this.#stallMs = stallMs;
    this.signal = outer ? AbortSignal.any([this.#stall.signal, outer]) : this.#stall.signal;
    this.progress();
  }

  get stalled(): boolean {
    return this.#stall.signal.aborted;
  }

  /** Something moved. */
  progress(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stall.abort(new Error('no progress')), this.#stallMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** Passes on chunks that come from the other side. The time that their taker needs is not the other side's. */
  async *watchIncoming<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const chunk of chunks) {
      this.end();
      yield chunk;
      this.progress();
    }
  }

  /** Passes on chunks that go to the other side, and notes the progress. */
  async *watchOutgoing<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const chunk of chunks) {
      this.progress();
      yield chunk;
      this.progress();
    }
  }
}
