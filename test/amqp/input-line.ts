/** An input queue at the shared broker, a producer for it, and a service in this process that takes from it. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Channel, ConfirmChannel, Options } from 'amqplib';
import { pino } from 'pino';
import type { Given } from '../../server/compose/service.ts';
import { type SharedBroker, useSharedBroker } from '../broker/shared-broker.ts';
import { startTestService, type TestService, type TestSettings } from '../start-test-service.ts';
import { until } from '../until.ts';

/** A line of the log. */
export interface LoggedEvent {
  readonly event: string;
  /** By the clock of the service. */
  readonly at: number;
  readonly pauseMs: number;
  readonly inHand: number;
}

export class InputLine {
  readonly broker: SharedBroker;
  readonly channel: Channel;
  readonly #producer: ConfirmChannel;
  queue = '';
  #running: TestService | undefined;
  #made: string[] = [];
  #events: LoggedEvent[] = [];

  private constructor(broker: SharedBroker, channel: Channel, producer: ConfirmChannel) {
    this.broker = broker;
    this.channel = channel;
    this.#producer = producer;
  }

  static async open(): Promise<InputLine> {
    const broker = await useSharedBroker();
    const producer = await broker.connection.createConfirmChannel();
    return new InputLine(broker, await broker.openChannel(), producer);
  }

  /** A new input queue: a classic one, or whatever is said. */
  async makeQueue(options: Options.AssertQueue = {}): Promise<void> {
    this.queue = `obm-test-${randomBytes(6).toString('hex')}`;
    await this.channel.assertQueue(this.queue, { durable: true, ...options });
    this.#made.push(this.queue);
  }

  get running(): TestService {
    if (!this.#running) throw new Error('not started');
    return this.#running;
  }

  /** The consumer of the input queue. */
  get input() {
    const input = this.running.service.broker?.input;
    if (!input) throw new Error('no input queue');
    return input;
  }

  async start(settings: TestSettings = {}, given: Given = {}): Promise<TestService> {
    const events: LoggedEvent[] = [];
    this.#events = events;
    const now = () => given.clock?.now() ?? Date.now();
    const log = pino({ level: 'info' }, { write: (line) => events.push({ ...JSON.parse(line), at: now() }) });
    this.#running = await startTestService(
      { RABBITMQ_URL: this.broker.url, RABBITMQ_INPUT_QUEUE: this.queue, ...settings },
      { log, ...given },
    );
    return this.#running;
  }

  /** What the service has logged of one kind, since its start. */
  logged(event: string): readonly LoggedEvent[] {
    return this.#events.filter((line) => line.event === event);
  }

  async put(...contents: (object | string | Buffer)[]): Promise<void> {
    await this.putWith({ own: 'yes' }, ...contents);
  }

  async putWith(headers: object, ...contents: (object | string | Buffer)[]): Promise<void> {
    for (const content of contents) {
      const bytes =
        typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
      this.#producer.sendToQueue(this.queue, Buffer.from(bytes), {
        messageId: 'from-the-producer',
        headers,
      });
    }
    await this.#producer.waitForConfirms();
  }

  /** How many messages have ended in which way. */
  async ends(): Promise<Record<string, number>> {
    const { values } = await this.running.service.ctx.metrics.inputMessages.get();
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels.end), value]));
  }

  async waitForEnds(count: number): Promise<Record<string, number>> {
    await until(async () => Object.values(await this.ends()).reduce((sum, n) => sum + n, 0) >= count);
    return this.ends();
  }

  async waitForConsumer(): Promise<void> {
    await until(() => this.input.standing.state === 'consuming');
  }

  async waitForRest(): Promise<void> {
    await until(() => this.input.standing.state === 'resting');
  }

  /** In the queue and in nobody's hands. */
  async ready(): Promise<number> {
    return (await this.channel.checkQueue(this.queue)).messageCount;
  }

  async consumers(): Promise<number> {
    return (await this.channel.checkQueue(this.queue)).consumerCount;
  }

  /** From now on no request can be stored. @returns what mends it */
  breakStore(): () => void {
    const db = new DatabaseSync(join(this.running.folder, 'service.db'), { timeout: 5_000 });
    db.exec(
      `create trigger broken before insert on requests begin select raise(abort, 'disk I/O error'); end`,
    );
    return () => {
      db.exec('drop trigger broken');
      db.close();
    };
  }

  async close(): Promise<void> {
    for (const queue of this.#made) await this.channel.deleteQueue(queue);
    await this.broker.close();
  }
}
