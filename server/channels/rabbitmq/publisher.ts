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

export interface PublisherOptions {
  readonly link: BrokerLink;
  /** Makes queues that are not there, as quorum queues. */
  readonly declare: boolean;
}

export class Publisher {
  readonly #options: PublisherOptions;
  #connection: ChannelModel | null = null;
  #channels = new Map<string, Promise<ConfirmedChannel>>();
  #declared = new Map<string, Promise<void>>();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Never throws. Sent as persistent and mandatory.
   *
   * @param limitMs time for the broker's confirmation
   */
  async publish(message: Message, limitMs: number, signal: AbortSignal): Promise<PublishEnd> {
    const { link, declare } = this.#options;
    const connection = await this.#connected(signal);
    if (!connection) return { kind: 'ended', error: link.failure };
    const { state, reason } = link.standing;
    if (state === 'blocked') return { kind: 'blocked', reason: reason ?? '' };
    try {
      if (declare && message.exchange === '') await this.#declare(connection, message.routingKey);
      const channel = await this.#channelTo(connection, message.exchange);
      const end = await channel.publish(message, limitMs, signal);
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
  async #connected(signal: AbortSignal): Promise<ChannelModel | null> {
    const { link } = this.#options;
    if (!link.connection && link.standing.state === 'connecting') {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      await link.whenTried(patience);
    }
    const { connection } = link;
    if (connection !== this.#connection) {
      const channels = new Map<string, Promise<ConfirmedChannel>>();
      this.#connection = connection;
      this.#channels = channels;
      this.#declared = new Map();
      connection?.on('blocked', (reason) => void giveBack(channels, reason));
    }
    return connection;
  }

  #channelTo(connection: ChannelModel, exchange: string): Promise<ConfirmedChannel> {
    const channels = this.#channels;
    const open = channels.get(exchange);
    if (open) return open;
    const opening = ConfirmedChannel.open(connection, () => {
      if (channels.get(exchange) === opening) channels.delete(exchange);
    });
    opening.catch(() => channels.delete(exchange));
    channels.set(exchange, opening);
    if (channels.size > mostIdleChannels) void this.#closeIdle(channels, exchange);
    return opening;
  }

  async #closeIdle(channels: Map<string, Promise<ConfirmedChannel>>, spared: string): Promise<void> {
    for (const [exchange, opening] of [...channels]) {
      if (channels.size <= mostIdleChannels) return;
      const channel = await opening.catch(() => null);
      if (exchange === spared || !channel?.idle || channels.get(exchange) !== opening) continue;
      channels.delete(exchange);
      await channel.close();
    }
  }

  /** On a channel of its own, since a refusal closes it. @throws Error when the queue cannot be made */
  #declare(connection: ChannelModel, queue: string): Promise<void> {
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
async function giveBack(
  channels: ReadonlyMap<string, Promise<ConfirmedChannel>>,
  reason: string,
): Promise<void> {
  for (const opening of [...channels.values()]) {
    const channel = await opening.catch(() => null);
    channel?.giveBack({ kind: 'blocked', reason });
  }
}

const preconditionFailed = 406;

/** Makes a durable quorum queue; one that is there with other properties stays as it is. */
export async function declareQueue(connection: ChannelModel, queue: string): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.close();
  } catch (error) {
    if ((error as { code?: unknown }).code !== preconditionFailed) throw error;
  }
}
