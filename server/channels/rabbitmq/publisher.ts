/**
 * Publishes over one link, each message answered by what became of it. Every exchange has a channel of its own,
 * since the broker closes the channel of whoever publishes to an exchange that is not there: its neighbours shall
 * not notice.
 */
import type { ChannelModel } from 'amqplib';
import { ConfirmedChannel, type Message, type PublishEnd } from './confirmed-channel.ts';
import type { BrokerLink } from './link.ts';

/** Channels kept for exchanges that nothing is being sent to. */
const mostIdleChannels = 32;
/** Queues remembered as declared; beyond it they are declared again. */
const mostDeclared = 10_000;
/** How long a message waits for a connection that is just being made. */
const patienceMs = 2_000;

/** A channel that is being opened, and is there when it has been. */
interface Way {
  readonly opening: Promise<ConfirmedChannel>;
  channel: ConfirmedChannel | null;
}

export interface PublisherOptions {
  readonly link: BrokerLink;
  /** Makes queues that are not there, as quorum queues. */
  readonly declare: boolean;
}

export class Publisher {
  readonly #options: PublisherOptions;
  #connection: ChannelModel | null = null;
  #channels = new Map<string, Way>();
  #declared = new Map<string, Promise<true>>();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Never throws. Sent as persistent and mandatory.
   *
   * @param limitMs for the broker's confirmation, and for all that has to be said before
   */
  async publish(message: Message, limitMs: number): Promise<PublishEnd> {
    const { link, declare } = this.#options;
    const startedAt = performance.now();
    const leftMs = () => limitMs - (performance.now() - startedAt);
    const connection = await this.#connected(limitMs);
    if (!connection) return { kind: 'ended', error: link.failure };
    const { state, reason } = link.standing;
    if (state === 'blocked') return { kind: 'blocked', reason: reason ?? '' };
    try {
      if (declare && message.exchange === '') {
        const declared = await inTime(this.#declare(connection, message.routingKey), leftMs());
        if (!declared) return late;
      }
      const way = this.#wayTo(connection, message.exchange);
      const channel = way.channel ?? (await inTime(way.opening, leftMs()));
      const end = channel ? await channel.publish(message, leftMs()) : late;
      if (end.kind === 'late') this.#leave(message.exchange, way);
      if (end.kind === 'returned') this.#declared.delete(message.routingKey);
      const now = link.standing;
      if (end.kind === 'late' && now.state === 'blocked')
        return { kind: 'blocked', reason: now.reason ?? '' };
      return end;
    } catch (error) {
      return { kind: 'ended', error: error as Error };
    }
  }

  /** False while there is no connection, and while the broker takes nothing. */
  get isUp(): boolean {
    return this.#options.link.standing.state === 'connected';
  }

  /** A connection that is being made is worth a moment; one that failed is not. */
  async #connected(limitMs: number): Promise<ChannelModel | null> {
    const { link } = this.#options;
    if (!link.connection && link.standing.state === 'connecting') {
      await link.whenTried(AbortSignal.timeout(Math.min(patienceMs, limitMs)));
    }
    const { connection } = link;
    if (connection !== this.#connection) {
      const channels = new Map<string, Way>();
      this.#connection = connection;
      this.#channels = channels;
      this.#declared = new Map();
      connection?.on('blocked', (reason) => void giveBack(channels, reason));
    }
    return connection;
  }

  #wayTo(connection: ChannelModel, exchange: string): Way {
    const channels = this.#channels;
    const known = channels.get(exchange);
    if (known) return known;
    const forget = () => {
      if (channels.get(exchange) === way) channels.delete(exchange);
    };
    const way: Way = { opening: ConfirmedChannel.open(connection, forget), channel: null };
    way.opening.then((channel) => {
      way.channel = channel;
    }, forget);
    channels.set(exchange, way);
    if (channels.size > mostIdleChannels) void this.#closeIdle(channels, exchange);
    return way;
  }

  /**
   * A queue that hangs keeps its share of the channel's window, and RabbitMQ stops reading a channel that has sent some
   * 400 messages to one queue without a sign of it. So a channel is used no more once something was late on it
   * (decision 0033).
   */
  #leave(exchange: string, way: Way): void {
    if (this.#channels.get(exchange) === way) this.#channels.delete(exchange);
    way.opening.then(
      (channel) => channel.leave(),
      () => {},
    );
  }

  async #closeIdle(channels: Map<string, Way>, spared: string): Promise<void> {
    for (const [exchange, way] of [...channels]) {
      if (channels.size <= mostIdleChannels) return;
      const channel = await way.opening.catch(() => null);
      if (exchange === spared || !channel?.idle || channels.get(exchange) !== way) continue;
      channels.delete(exchange);
      await channel.close();
    }
  }

  /** On a channel of its own, since a refusal closes it. @throws Error when the queue cannot be made */
  #declare(connection: ChannelModel, queue: string): Promise<true> {
    const declared = this.#declared;
    const known = declared.get(queue);
    if (known) return known;
    if (declared.size >= mostDeclared) declared.clear();
    const declaring = declareQueue(connection, queue);
    declaring.catch(() => declared.delete(queue));
    declared.set(queue, declaring);
    return declaring;
  }
}

/**
 * What the broker has not read by now it reads when it has memory again, minutes later perhaps. Waiting for it would
 * take places from others, so it is sent again then, under the same id.
 */
async function giveBack(channels: ReadonlyMap<string, Way>, reason: string): Promise<void> {
  for (const { opening } of [...channels.values()]) {
    const channel = await opening.catch(() => null);
    channel?.giveBack({ kind: 'blocked', reason });
  }
}

const late: PublishEnd = { kind: 'late' };

/** Null when the broker does not say within the time what it was asked. */
async function inTime<T>(asked: Promise<T>, limitMs: number): Promise<T | null> {
  const tooLate = Promise.withResolvers<null>();
  const timer = setTimeout(() => tooLate.resolve(null), limitMs);
  try {
    return await Promise.race([asked, tooLate.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const preconditionFailed = 406;

/**
 * A limit that no message reaches. RabbitMQ 4 takes 20 where nothing is said; its word for "none", -1, means to RabbitMQ 3
 * that the first return is one too many.
 */
const noDeliveryLimit = 1_000_000_000;

/** An input queue: whoever lets go of a message, however often, shall find it again. */
export async function declareInputQueue(connection: ChannelModel, queue: string): Promise<void> {
  await declareQueue(connection, queue, { 'x-delivery-limit': noDeliveryLimit });
}

/** Makes a durable quorum queue; one that is there with other properties stays as it is. */
async function declareQueue(connection: ChannelModel, queue: string, more: object = {}): Promise<true> {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum', ...more } });
    await channel.close();
  } catch (error) {
    if ((error as { code?: unknown }).code !== preconditionFailed) throw error;
  }
  return true;
}
