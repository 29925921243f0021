/** One consumer on one channel, from its first message until something ends it. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../../engine/clock.ts';

/** Looks at one message and says what to tell the broker. @throws Error a fault for which it must come back */
export type TakeMessage = (message: ConsumeMessage, turn: ConsumerTurn) => Promise<'acknowledge' | 'reject'>;

export interface TurnOptions {
  readonly queue: string;
  readonly prefetch: number;
  /** Shown by the broker's own tools. */
  readonly name: string;
  readonly take: TakeMessage;
}

export class ConsumerTurn {
  readonly #channel: Channel;
  readonly #options: TurnOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #end = Promise.withResolvers<Error | null>();
  #isOver = false;
  #isClosed = false;
  #consumerTag: string | undefined;
  /** Bytes of the messages under way. */
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
    return { messages: this.#underWay.size, bytes: this.#bytes };
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
      await Promise.all(this.#underWay);
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
    this.#bytes += message.content.length;
    const taking = this.#take(message).finally(() => {
      this.#bytes -= message.content.length;
      this.#underWay.delete(taking);
    });
    this.#underWay.add(taking);
  }

  async #take(message: ConsumeMessage): Promise<void> {
    try {
      const answer = await this.#options.take(message, this);
      // Without a channel nobody can be told; it comes again, and is known then.
      if (this.#isClosed) return;
      if (answer === 'acknowledge') this.#channel.ack(message);
      else this.#channel.reject(message, false);
    } catch (error) {
      this.end(error as Error);
    }
  }
}
