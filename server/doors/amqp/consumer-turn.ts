/** One consumer on one channel, from its first message until something ends it. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../../engine/clock.ts';
import { type InHandOptions, MessagesInHand, type Taken } from './messages-in-hand.ts';

export interface TurnOptions extends Pick<InHandOptions, 'take' | 'rest'> {
  readonly queue: string;
  readonly prefetch: number;
  /** Shown by the broker's own tools. */
  readonly name: string;
  readonly clock: Clock;
  /** Told each time messages have come, before they are taken. */
  readonly onArrival: (turn: ConsumerTurn) => void;
}

export class ConsumerTurn {
  readonly #channel: Channel;
  readonly #options: TurnOptions;
  readonly #hand: MessagesInHand;
  /** Oldest first. */
  #untold: Taken[] = [];
  #isComing = false;
  #isTelling = false;
  readonly #end = Promise.withResolvers<Error | null>();
  readonly #over = new AbortController();
  #isFinishing = false;
  #isClosed = false;
  #cancelling: Promise<unknown> | undefined;
  #taken = 0;

  private constructor(channel: Channel, options: TurnOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#hand = new MessagesInHand({
      ...options,
      over: this.#over.signal,
      onSettled: () => this.#afterSettling(),
      onLetGo: (fault) => this.end(fault),
    });
    channel.on('error', (error) => this.end(error));
    channel.on('close', () => {
      this.#isClosed = true;
      this.end(new Error('The channel was closed.'));
    });
  }

  /** @throws Error when the queue cannot be consumed */
  static async begin(connection: ChannelModel, options: TurnOptions): Promise<ConsumerTurn> {
    const turn = new ConsumerTurn(await connection.createChannel(), options);
    await turn.#channel.prefetch(options.prefetch);
    await turn.#channel.consume(options.queue, (message) => turn.#receive(message), {
      consumerTag: options.name,
    });
    return turn;
  }

  /** Resolves with what ended it; null when it was asked to. */
  get ended(): Promise<Error | null> {
    return this.#end.promise;
  }

  get inHand(): { readonly messages: number; readonly bytes: number } {
    return this.#hand;
  }

  /** Messages taken since the beginning. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes nothing new; ends when what is in hand is settled, however long that takes. */
  finish(): void {
    this.#isFinishing = true;
    void this.#cancel();
    this.#endIfFinished();
  }

  /** Takes nothing from now on, and tries nothing again. */
  end(fault: Error | null): void {
    this.#over.abort();
    this.#end.resolve(fault);
  }

  /** Lets what is under way end, for a bounded time; the rest goes back into the queue. */
  async close(withinMs: number): Promise<void> {
    this.end(null);
    if (this.#isClosed) return;
    const enough = new AbortController();
    const finishing = async () => {
      await this.#cancel();
      this.#hand.takeArrived();
      await this.#hand.whenTaken();
      this.#tell();
      await this.#channel.close();
    };
    await Promise.race([finishing().catch(() => {}), this.#options.clock.pause(withinMs, enough.signal)]);
    enough.abort();
  }

  /** The broker sends nothing more. */
  #cancel(): Promise<unknown> {
    this.#cancelling ??= this.#channel.cancel(this.#options.name).catch(() => {});
    return this.#cancelling;
  }

  get #isOpen(): boolean {
    return !this.#isFinishing && !this.#over.signal.aborted;
  }

  #receive(message: ConsumeMessage | null): void {
    if (!message) {
      this.end(new Error(`The broker ended the consumer of ${this.#options.queue}: the queue is gone.`));
      return;
    }
    // Not answered: it goes back when the channel is closed.
    if (!this.#isOpen) return;
    this.#taken += 1;
    this.#untold.push(this.#hand.add(message));
    if (this.#isComing) return;
    this.#isComing = true;
    setImmediate(() => this.#welcome());
  }

  /** What one turn of the event loop brought goes together. */
  #welcome(): void {
    this.#isComing = false;
    if (this.#isOpen) this.#options.onArrival(this);
    this.#hand.takeArrived();
  }

  #afterSettling(): void {
    this.#endIfFinished();
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => this.#tell());
  }

  #endIfFinished(): void {
    if (this.#isFinishing && this.#hand.messages === 0) this.end(null);
  }

  /** A commit ends hundreds in one turn. Those without an open one before them are acknowledged by a single word. */
  #tell(): void {
    this.#isTelling = false;
    // Without a channel nobody can be told; they come again, and are known then.
    if (this.#isClosed) return;
    const firstOpen = this.#untold.findIndex(({ state }) => state === 'open');
    const settled = firstOpen < 0 ? this.#untold.length : firstOpen;
    for (const { state, message } of this.#untold)
      if (state === 'reject') this.#channel.reject(message, false);
    const last = this.#untold.slice(0, settled).findLast(({ state }) => state === 'acknowledge');
    if (last) this.#channel.ack(last.message, true);
    const behind = this.#untold.slice(settled);
    for (const { state, message } of behind) if (state === 'acknowledge') this.#channel.ack(message);
    this.#untold = behind.filter(({ state }) => state === 'open');
  }
}
