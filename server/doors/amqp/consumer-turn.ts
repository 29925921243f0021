/** One consumer on one channel, from its first message until something ends it. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../../engine/clock.ts';

export type Verdict = 'acknowledge' | 'reject';

/** Looks at some messages and says of each what to tell the broker; an error is a fault for which it must come back. */
export type TakeMessages = (
  messages: readonly ConsumeMessage[],
  turn: ConsumerTurn,
) => Promise<readonly (Verdict | Error)[]>;

/** Messages that are taken together at most; with them goes one group to the store. */
const mostTogether = 256;

export interface TurnOptions {
  readonly queue: string;
  readonly prefetch: number;
  /** Shown by the broker's own tools. */
  readonly name: string;
  readonly take: TakeMessages;
}

interface Taken {
  readonly message: ConsumeMessage;
  /** Open until it is known what to tell the broker. */
  state: 'open' | Verdict;
}

export class ConsumerTurn {
  readonly #channel: Channel;
  readonly #options: TurnOptions;
  readonly #underWay = new Set<Promise<void>>();
  /** Oldest first. */
  #untold: Taken[] = [];
  /** Came in this turn of the event loop, and are not looked at yet. */
  #arrived: Taken[] = [];
  #isTelling = false;
  readonly #end = Promise.withResolvers<Error | null>();
  #isOver = false;
  #isClosed = false;
  #consumerTag: string | undefined;
  /** Messages under way, and their bytes. */
  #messages = 0;
  #bytes = 0;
  #taken = 0;

  private constructor(channel: Channel, options: TurnOptions) {
    this.#channel = channel;
    this.#options = options;
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
    const { consumerTag } = await turn.#channel.consume(options.queue, (message) => turn.#receive(message), {
      consumerTag: options.name,
    });
    turn.#consumerTag = consumerTag;
    return turn;
  }

  /** Resolves with what ended it; null when it was asked to. */
  get ended(): Promise<Error | null> {
    return this.#end.promise;
  }

  get underWay(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#messages, bytes: this.#bytes };
  }

  /** Messages taken since the beginning. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes nothing from now on. */
  end(fault: Error | null): void {
    this.#isOver = true;
    this.#end.resolve(fault);
  }

  /** Lets what is under way end, for a bounded time; the rest goes back into the queue. */
  async close(clock: Clock, withinMs: number): Promise<void> {
    this.end(null);
    if (this.#isClosed) return;
    const enough = new AbortController();
    const finishing = async () => {
      if (this.#consumerTag !== undefined) await this.#channel.cancel(this.#consumerTag);
      this.#takeArrived();
      await Promise.all(this.#underWay);
      this.#tell();
      await this.#channel.close();
    };
    await Promise.race([finishing().catch(() => {}), clock.pause(withinMs, enough.signal)]);
    enough.abort();
  }

  #receive(message: ConsumeMessage | null): void {
    if (!message) {
      this.end(new Error(`The broker ended the consumer of ${this.#options.queue}: the queue is gone.`));
      return;
    }
    // Not answered: it goes back when the channel is closed.
    if (this.#isOver) return;
    this.#taken += 1;
    this.#messages += 1;
    this.#bytes += message.content.length;
    const taken: Taken = { message, state: 'open' };
    this.#untold.push(taken);
    this.#arrived.push(taken);
    if (this.#arrived.length === 1) setImmediate(() => this.#takeArrived());
  }

  /** What one turn of the event loop brought goes together. */
  #takeArrived(): void {
    while (this.#arrived.length > 0) {
      const some = this.#arrived.splice(0, mostTogether);
      const taking = this.#take(some).finally(() => this.#underWay.delete(taking));
      this.#underWay.add(taking);
    }
  }

  async #take(some: readonly Taken[]): Promise<void> {
    try {
      const messages = some.map(({ message }) => message);
      const verdicts = await this.#options.take(messages, this);
      for (const [index, taken] of some.entries()) {
        const verdict = verdicts[index];
        if (verdict instanceof Error) this.end(verdict);
        else if (verdict !== undefined) taken.state = verdict;
      }
    } catch (error) {
      this.end(error as Error);
    } finally {
      this.#messages -= some.length;
      for (const { message } of some) this.#bytes -= message.content.length;
    }
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => this.#tell());
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
