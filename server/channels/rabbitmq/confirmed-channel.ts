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

interface Pending {
  readonly message: Message;
  readonly resolve: (end: PublishEnd) => void;
  returned: { code: number; text: string } | null;
}

/** Messages and bytes that may be unconfirmed on one channel; whoever comes later waits for room. */
const window = { messages: 500, bytes: 64_000_000 };

export class ConfirmedChannel {
  readonly #channel: ConfirmChannel;
  readonly #pending = new Set<Pending>();
  #unconfirmed = 0;
  #unconfirmedBytes = 0;
  #ended: Error | null = null;
  #waitingForRoom: (() => void)[] = [];

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
      this.#wakeWaiting();
    });
    channel.on('return', ({ fields, properties }) => this.#takeBack(fields, properties));
  }

  /** @throws Error when the connection ends meanwhile, or has no channel left */
  static async open(connection: ChannelModel, onEnd: () => void): Promise<ConfirmedChannel> {
    return new ConfirmedChannel(await connection.createConfirmChannel(), onEnd);
  }

  get idle(): boolean {
    return this.#unconfirmed === 0 && this.#waitingForRoom.length === 0;
  }

  async publish(message: Message, limitMs: number, signal: AbortSignal): Promise<PublishEnd> {
    const late = Promise.withResolvers<PublishEnd>();
    const giveUp = () => late.resolve({ kind: 'late' });
    const timer = setTimeout(giveUp, limitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    try {
      while (this.#isFull && !this.#ended) {
        const room = new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
        const end = await Promise.race([room, late.promise]);
        if (end) return end;
      }
      if (this.#ended) return { kind: 'ended', error: this.#ended };
      if (signal.aborted) return { kind: 'late' };
      return await Promise.race([this.#send(message), late.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Answers whatever is unconfirmed. Its room is free only when the broker has spoken. */
  giveBack(end: PublishEnd): void {
    for (const { resolve } of [...this.#pending]) resolve(end);
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#channel.close().catch(() => {});
  }

  get #isFull(): boolean {
    return this.#unconfirmed >= window.messages || this.#unconfirmedBytes >= window.bytes;
  }

  #send(message: Message): Promise<PublishEnd> {
    const { id, exchange, routingKey, content, properties } = message;
    const { promise, resolve } = Promise.withResolvers<PublishEnd>();
    const pending: Pending = { message, resolve, returned: null };
    this.#pending.add(pending);
    try {
      const options = { ...properties, messageId: id, mandatory: true, persistent: true };
      this.#channel.publish(exchange, routingKey, content, options, (error) => {
        this.#pending.delete(pending);
        this.#makeRoom(content.length);
        if (this.#ended) return;
        if (error) resolve({ kind: 'nacked' });
        else resolve(pending.returned ? { kind: 'returned', ...pending.returned } : { kind: 'confirmed' });
      });
      this.#unconfirmed += 1;
      this.#unconfirmedBytes += content.length;
    } catch (error) {
      this.#pending.delete(pending);
      const over = this.#ended ?? ((error as Error).name === 'IllegalOperationError' ? error : null);
      resolve(over ? { kind: 'ended', error: over as Error } : { kind: 'unsendable', error: error as Error });
    }
    return promise;
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

  #makeRoom(bytes: number): void {
    this.#unconfirmed -= 1;
    this.#unconfirmedBytes -= bytes;
    if (!this.#isFull) this.#waitingForRoom.shift()?.();
  }

  #wakeWaiting(): void {
    for (const wake of this.#waitingForRoom.splice(0)) wake();
  }
}
