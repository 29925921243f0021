/**
 * One channel in confirm mode: messages leave at once, up to a window, and each is answered by what the broker said
 * of it. A message that could not be routed comes back just before its confirmation, known by its message id.
 */
import type { ChannelModel, ConfirmChannel, MessageProperties, Options } from 'amqplib';

export interface Message {
  /** `''` is the default exchange, where the routing key names a queue. */
  readonly exchange: string;
  readonly routingKey: string;
  /** Sent as `message_id`. */
  readonly id: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
}

/** What became of a message. */
export type PublishEnd =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'returned'; readonly code: number; readonly text: string }
  | { readonly kind: 'nacked' }
  /** No word of the broker within the time. */
  | { readonly kind: 'late' }
  /** The channel or the connection ended, or there was none. The error has a numeric `code` where the broker gave one. */
  | { readonly kind: 'ended'; readonly error: Error }
  /** The broker takes nothing, for want of memory or disk. */
  | { readonly kind: 'blocked'; readonly reason: string }
  /** It cannot be put into AMQP: a name too long, headers too large. */
  | { readonly kind: 'unsendable'; readonly error: Error };

/** What the broker says of a message that it could not route; the library's types leave it out. */
interface ReturnFields {
  readonly replyCode: number;
  readonly replyText: string;
  readonly routingKey: string;
}

/** A message and whoever waits for what becomes of it. */
interface Pending {
  readonly message: Message;
  readonly resolve: (end: PublishEnd) => void;
  readonly timer: NodeJS.Timeout;
  /** Answered; what the broker says of it later tells nobody anything. */
  isAnswered: boolean;
  returned: { code: number; text: string } | null;
}

/** Messages and bytes that may be unconfirmed on one channel; whoever comes later waits for room. */
const window = { messages: 500, bytes: 64_000_000 };

export class ConfirmedChannel {
  readonly #channel: ConfirmChannel;
  readonly #pending = new Set<Pending>();
  /** Messages whose senders wait for a word. */
  #awaited = 0;
  #leaving = false;
  #unconfirmedBytes = 0;
  #ended: Error | null = null;
  #waitingForRoom: Pending[] = [];

  private constructor(channel: ConfirmChannel, onEnd: () => void) {
    this.#channel = channel;
    let failure: Error | undefined;
    channel.on('error', (error) => {
      failure = error;
    });
    // Before the library's own listener, which answers whatever is unconfirmed as if it had been refused.
    channel.prependListener('close', () => {
      this.#ended = failure ?? new Error('Connection closed before the broker confirmed');
      onEnd();
      this.giveBack({ kind: 'ended', error: this.#ended });
    });
    channel.on('return', ({ fields, properties }) => this.#takeBack(fields, properties));
  }

  /** @throws Error when the connection ends meanwhile, or has no channel left */
  static async open(connection: ChannelModel, onEnd: () => void): Promise<ConfirmedChannel> {
    return new ConfirmedChannel(await connection.createConfirmChannel(), onEnd);
  }

  get idle(): boolean {
    return this.#pending.size === 0 && this.#waitingForRoom.length === 0;
  }

  /** @param limitMs for the broker's word, the wait for room included */
  publish(message: Message, limitMs: number): Promise<PublishEnd> {
    this.#awaited += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(pending, late), limitMs);
      const pending: Pending = { message, resolve, timer, isAnswered: false, returned: null };
      if (limitMs <= 0) this.#answer(pending, late);
      else if (this.#ended) this.#answer(pending, { kind: 'ended', error: this.#ended });
      else if (this.#isFull) this.#waitingForRoom.push(pending);
      else this.#send(pending);
    });
  }

  /** Answers whatever is unconfirmed. Its room is free only when the broker has spoken. */
  giveBack(end: PublishEnd): void {
    for (const pending of this.#waitingForRoom.splice(0)) this.#answer(pending, end);
    for (const pending of this.#pending) this.#answer(pending, end);
  }

  /** Closes as soon as nobody waits for a word. What was sent and never confirmed is forgotten. */
  leave(): void {
    this.#leaving = true;
    if (this.#awaited === 0) void this.close();
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#channel.close().catch(() => {});
  }

  get #isFull(): boolean {
    return this.#pending.size >= window.messages || this.#unconfirmedBytes >= window.bytes;
  }

  #send(pending: Pending): void {
    const { id, exchange, routingKey, content, properties } = pending.message;
    try {
      const options = { ...properties, messageId: id, mandatory: true, persistent: true };
      this.#channel.publish(exchange, routingKey, content, options, (error) => this.#hear(pending, error));
      this.#pending.add(pending);
      this.#unconfirmedBytes += content.length;
    } catch (error) {
      const over = this.#ended ?? ((error as Error).name === 'IllegalOperationError' ? error : null);
      this.#answer(
        pending,
        over ? { kind: 'ended', error: over as Error } : { kind: 'unsendable', error: error as Error },
      );
    }
  }

  /** The broker's word on a message, which makes room for the next. */
  #hear(pending: Pending, error: unknown): void {
    this.#pending.delete(pending);
    this.#unconfirmedBytes -= pending.message.content.length;
    if (this.#ended) return;
    if (error) this.#answer(pending, { kind: 'nacked' });
    else this.#answer(pending, pending.returned ? { kind: 'returned', ...pending.returned } : confirmed);
    while (!this.#isFull) {
      const next = this.#waitingForRoom.shift();
      if (!next) return;
      if (!next.isAnswered) this.#send(next);
    }
  }

  /** Returns come in the order of the messages: the first of that id and key which has not come back is meant. */
  #takeBack(fields: object, { messageId }: MessageProperties): void {
    const { replyCode, replyText, routingKey } = fields as ReturnFields;
    for (const pending of this.#pending) {
      const { id, routingKey: key } = pending.message;
      if (id !== messageId || key !== routingKey || pending.returned) continue;
      pending.returned = { code: replyCode, text: replyText };
      return;
    }
  }

  #answer(pending: Pending, end: PublishEnd): void {
    if (pending.isAnswered) return;
    pending.isAnswered = true;
    clearTimeout(pending.timer);
    pending.resolve(end);
    this.#awaited -= 1;
    if (this.#leaving) this.leave();
  }
}

const confirmed: PublishEnd = { kind: 'confirmed' };
const late: PublishEnd = { kind: 'late' };
