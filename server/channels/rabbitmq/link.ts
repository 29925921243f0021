/**
 * One connection to the broker, kept for one purpose: publishing and consuming have a link each, because a broker
 * that is short of memory stops reading from whoever publishes, and acknowledgements must not stand in that queue.
 *
 * A lost connection is replaced by the first of the addresses that answers; between rounds in which none did, the
 * link rests, longer each time. Nothing waits for it: whoever wants to send while it is down is told so.
 */
import type { ChannelModel } from 'amqplib';
import { brokerSchedule, pauseAfter } from '../../../core/backoff.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Metrics } from '../../metrics.ts';
import type { BrokerAddress } from './addresses.ts';
import { type BrokerTls, connectBroker } from './connect-broker.ts';
import { nameBrokerFailure } from './name-broker-failure.ts';

export type LinkRole = 'publishing' | 'consuming';

/** `blocked`: connected, but the broker takes nothing for want of memory or disk. `waiting`: rests before a try. */
export type LinkState = 'stopped' | 'connecting' | 'connected' | 'blocked' | 'waiting';

export interface LinkStanding {
  readonly state: LinkState;
  /** Host and port of the present or the last try, without credentials. */
  readonly broker: string;
  /** Epoch milliseconds since when it is in this state. */
  readonly since: number;
  /** Why it is not connected, or why it is blocked. */
  readonly reason: string | null;
}

interface Log {
  info(line: object): void;
  warn(line: object): void;
}

export interface LinkOptions {
  readonly role: LinkRole;
  readonly addresses: readonly [BrokerAddress, ...BrokerAddress[]];
  readonly tls: BrokerTls;
  /** Shown by the broker's own tools. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told at each connection, and when a blocked one takes messages again. */
  readonly onOpen?: () => void;
  /** Divides pauses, for tests and demonstrations. */
  readonly faster: number;
}

/** A connection that ends sooner counts as a failure, so that a broker which only says hello is not stormed. */
const steadyMs = 5_000;
/** A broker that does not answer our goodbye is left. */
const goodbyeMs = 1_000;

export class BrokerLink {
  readonly #options: LinkOptions;
  readonly #stopping = new AbortController();
  #standing: LinkStanding;
  #connection: ChannelModel | null = null;
  #failure: Error = new Error('not connected yet');
  /** The address that was used last. */
  #at = 0;
  #waiters: (() => void)[] = [];
  #loop: Promise<void> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#standing = {
      state: 'stopped',
      broker: options.addresses[0].name,
      since: options.clock.now(),
      reason: null,
    };
    this.#tell();
  }

  get standing(): LinkStanding {
    return this.#standing;
  }

  /** The connection as it is now, also while it is blocked. */
  get connection(): ChannelModel | null {
    return this.#connection;
  }

  /** Why there is no connection; meaningful only while there is none. */
  get failure(): Error {
    return this.#failure;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeWaiters();
    const connection = this.#connection;
    if (connection) await this.#leave(connection);
    await this.#loop;
    this.#stand('stopped', null);
  }

  /** The connection once there is one; null when the link stops, or at the signal. */
  async whenOpen(signal: AbortSignal): Promise<ChannelModel | null> {
    while (!this.#connection && !signal.aborted && !this.#stopping.signal.aborted) await this.#change(signal);
    return signal.aborted ? null : this.#connection;
  }

  /** Resolves when it is known whether the try under way succeeds; at once where there is none. */
  async whenTried(signal: AbortSignal): Promise<void> {
    while (this.#standing.state === 'connecting' && !signal.aborted) await this.#change(signal);
  }

  /** Resolves at the next change of state, or at the signal. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.push(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async #run(): Promise<void> {
    const { clock, random, faster } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const connection = await this.#connectToAny();
      const openedAt = clock.now();
      if (connection) await this.#hold(connection);
      failures = connection && clock.now() - openedAt >= steadyMs ? 0 : failures + 1;
      if (failures === 0 || signal.aborted) continue;
      this.#stand('waiting', nameBrokerFailure(this.#failure).error);
      await clock.pause(Math.round(pauseAfter(brokerSchedule, failures, random()) / faster), signal);
    }
  }

  /** One round over the addresses, beginning with the one that was used last. */
  async #connectToAny(): Promise<ChannelModel | null> {
    const { addresses, log, role } = this.#options;
    for (let turn = 0; turn < addresses.length && !this.#stopping.signal.aborted; turn++) {
      const at = (this.#at + turn) % addresses.length;
      const address = addresses[at] ?? addresses[0];
      this.#stand('connecting', this.#standing.reason, address.name);
      try {
        const connection = await this.#connect(address);
        this.#at = at;
        return connection;
      } catch (error) {
        const { outcome, error: why } = nameBrokerFailure(error);
        if (why !== this.#standing.reason) {
          log.warn({ event: 'broker_unreachable', role, broker: address.name, outcome, why });
        }
        this.#failure = error as Error;
        this.#stand('connecting', why, address.name);
      }
    }
    return null;
  }

  /** Gives up on a stop; a connection that comes about afterwards is closed. */
  async #connect(address: BrokerAddress): Promise<ChannelModel> {
    const { tls, name, role } = this.#options;
    const connecting = connectBroker(address, tls, `${name} ${role}`);
    const { signal } = this.#stopping;
    const stopped = Promise.withResolvers<never>();
    const giveUp = () => {
      stopped.reject(new Error('stopped'));
      void connecting.then(dismiss).catch(() => {});
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([connecting, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Resolves when the connection has ended. */
  async #hold(connection: ChannelModel): Promise<void> {
    const { log, role, metrics } = this.#options;
    const ended = Promise.withResolvers<void>();
    let failure: Error | undefined;
    connection.on('error', (error) => {
      failure = error;
    });
    connection.on('close', (error) => {
      this.#failure = error ?? failure ?? new Error('Connection closed');
      // At once: who looks from now on shall not find a dead one.
      this.#connection = null;
      ended.resolve();
    });
    connection.on('blocked', (reason) => {
      log.warn({ event: 'broker_blocked', role, broker: this.#standing.broker, why: reason });
      this.#stand('blocked', reason);
    });
    connection.on('unblocked', () => {
      log.info({ event: 'broker_unblocked', role, broker: this.#standing.broker });
      this.#stand('connected', null);
    });
    this.#connection = connection;
    metrics.brokerConnections.inc({ role });
    this.#stand('connected', null);
    log.info({ event: 'broker_connected', role, broker: this.#standing.broker });
    await ended.promise;
    if (this.#stopping.signal.aborted) return;
    const { outcome, error: why } = nameBrokerFailure(this.#failure);
    log.warn({ event: 'broker_lost', role, broker: this.#standing.broker, outcome, why });
    this.#stand('connecting', why);
  }

  async #leave(connection: ChannelModel): Promise<void> {
    const rest = new AbortController();
    await Promise.race([
      connection.close().catch(() => {}),
      this.#options.clock.pause(goodbyeMs, rest.signal),
    ]);
    rest.abort();
  }

  #wakeWaiters(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #stand(state: LinkState, reason: string | null, broker = this.#standing.broker): void {
    const since = state === this.#standing.state ? this.#standing.since : this.#options.clock.now();
    const opened = state === 'connected' && this.#standing.state !== 'connected';
    this.#standing = { state, reason, broker, since };
    this.#wakeWaiters();
    if (opened) this.#options.onOpen?.();
    this.#tell();
  }

  #tell(): void {
    const { metrics, role } = this.#options;
    const { state } = this.#standing;
    metrics.brokerConnected.set({ role }, state === 'connected' || state === 'blocked' ? 1 : 0);
    metrics.brokerBlocked.set({ role }, state === 'blocked' ? 1 : 0);
  }
}

/** Closes a connection that nobody wants any more; how it ends is nobody's concern either. */
async function dismiss(late: ChannelModel): Promise<void> {
  late.on('error', () => {});
  await late.close();
}
