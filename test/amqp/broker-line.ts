/** The whole line between two queues: requests out of one, outcomes into the other, a broker that may be restarted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServingChild, startService } from '../../demo/start-service.ts';
import { startSimulator } from '../../demo/start-simulator.ts';
import { type OwnBroker, startOwnBroker } from '../broker/own-broker.ts';
import { useBroker } from '../broker/shared-broker.ts';
import { makePost } from '../make-post.ts';
import { readMetrics } from '../read-metrics.ts';
import { type TestSettings, testEnvironment } from '../start-test-service.ts';
import { until } from '../until.ts';

const input = 'requests';
const output = 'outcomes';

/** What the receiver has seen, by delivery id. */
export interface Seen {
  readonly times: ReadonlyMap<string, number>;
  /** Of the outcomes, as their content names them. */
  readonly customIds: ReadonlySet<string>;
  repeats(): number;
}

export class BrokerLine {
  readonly broker: OwnBroker;
  readonly #folder: string;
  readonly #simulator: ServingChild;
  readonly #settings: TestSettings;
  readonly #times = new Map<string, number>();
  readonly #customIds = new Set<string>();
  #service: ServingChild | undefined;
  #closeReceiver: (() => Promise<void>) | undefined;

  private constructor(broker: OwnBroker, simulator: ServingChild, settings: TestSettings) {
    this.broker = broker;
    this.#simulator = simulator;
    this.#folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-broker-line-'));
    this.#settings = settings;
  }

  static async set(settings: TestSettings = {}): Promise<BrokerLine> {
    const broker = await startOwnBroker();
    const line = new BrokerLine(broker, await startSimulator(), settings);
    const at = await useBroker(broker.url);
    const channel = await at.openChannel();
    for (const queue of [input, output]) await channel.assertQueue(queue, { durable: true });
    await at.close();
    return line;
  }

  /** What goes on is told by the log. */
  async startService(onLine?: (line: string) => void): Promise<void> {
    this.#service = await startService(
      testEnvironment(this.#folder, {
        OPENAI_BASE_URL: `${this.#simulator.url}/v1`,
        RABBITMQ_URL: this.broker.url,
        RABBITMQ_INPUT_QUEUE: input,
        BATCH_MAX_AGE_MS: 1_500,
        POLL_INTERVAL_MS: 200,
        LOG_LEVEL: 'info',
        ...this.#settings,
      }),
      onLine ? { onLine } : {},
    );
  }

  async killService(): Promise<void> {
    await this.#service?.kill9();
  }

  /** Puts requests into the input queue; resolves when the broker has them. */
  async put(count: number): Promise<void> {
    const at = await useBroker(this.broker.url);
    const producer = await at.connection.createConfirmChannel();
    const delivery_config = { type: 'rabbitmq', rabbitmq_queue: output };
    for (let n = 0; n < count; n++) {
      const post = makePost(`r${n}`, { delivery_config });
      producer.sendToQueue(input, Buffer.from(JSON.stringify(post)), { persistent: true });
      if (n % 2_000 === 0) await producer.waitForConfirms();
    }
    await producer.waitForConfirms();
    await at.close();
  }

  /** Takes outcomes, until the broker goes; call it again when it is back. */
  async receive(): Promise<void> {
    const at = await useBroker(this.broker.url);
    const channel = await at.openChannel();
    await channel.prefetch(1_000);
    await channel.consume(output, (message) => {
      if (!message) return;
      const id = String(message.properties.messageId);
      const { custom_id } = JSON.parse(message.content.toString()) as { custom_id: string };
      this.#times.set(id, (this.#times.get(id) ?? 0) + 1);
      this.#customIds.add(custom_id);
      channel.ack(message);
    });
    this.#closeReceiver = () => at.close();
  }

  get seen(): Seen {
    return {
      times: this.#times,
      customIds: this.#customIds,
      repeats: () => [...this.#times.values()].reduce((sum, times) => sum + times - 1, 0),
    };
  }

  async call<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.#service?.url}${path}`)).json()) as T;
  }

  /** Consumers of the input queue, as the broker counts them. */
  async consumers(): Promise<number> {
    const at = await useBroker(this.broker.url);
    const { consumerCount } = await (await at.openChannel()).checkQueue(input);
    await at.close();
    return consumerCount;
  }

  /** Attempts of this service that did not end well. */
  async failedAttempts(): Promise<number> {
    const samples = readMetrics(await (await fetch(`${this.#service?.url}/metrics`)).text());
    const name = 'openai_batch_manager_delivery_attempts_total';
    return [...samples]
      .filter(([sample]) => sample.startsWith(name) && !sample.includes('"success"'))
      .reduce((sum, [, value]) => sum + value, 0);
  }

  /** Waits for the end of every batch. @returns how many requests were handed over */
  async untilDone(withinMs: number): Promise<number> {
    interface Batches {
      readonly data: readonly { state: string; delivered_count: number }[];
    }
    let data: Batches['data'] = [];
    await until(async () => {
      ({ data } = await this.call<Batches>('/api/batches?limit=1000'));
      return data.length > 0 && data.every(({ state }) => state === 'done');
    }, withinMs);
    return data.reduce((sum, batch) => sum + batch.delivered_count, 0);
  }

  async close(): Promise<void> {
    await this.#service?.stop();
    await this.#simulator.stop();
    await this.#closeReceiver?.();
    await this.broker.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
