/**
 * Several processes on one PostgreSQL database, any of which may be killed; a receiver and a simulator count from
 * outside.
 */
import { join } from 'node:path';
import type { DemoRequest } from '../../demo/corpus.ts';
import { cutPieces } from '../../demo/cut-pieces.ts';
import { createJudge } from '../../demo/judge-answer.ts';
import { readTexts } from '../../demo/read-texts.ts';
import { type Receiver, startReceiver } from '../../demo/receiver.ts';
import {
  type ChildSettings,
  createSecret,
  projectRoot,
  type ServingChild,
  startService,
} from '../../demo/start-service.ts';
import { readSeen, startSimulator } from '../../demo/start-simulator.ts';
import { submitAll } from '../../demo/submit.ts';

export type Role = 'api' | 'worker' | 'all';

export interface Replica extends ServingChild {
  readonly role: Role;
}

/** Half a dozen processes that start on a small machine take each other's time. */
const readyWithinMs = 120_000;

export class Cluster {
  readonly receiver: Receiver;
  readonly simulator: ServingChild;
  /** Those that run now. */
  readonly replicas = new Set<Replica>();
  /** Every line that any of them has logged at `warn` or above, or as an event of interest. */
  readonly lines: string[] = [];
  readonly #settings: ChildSettings;
  readonly #judge: ReturnType<typeof createJudge>;
  #turn = 0;

  private constructor(
    receiver: Receiver,
    simulator: ServingChild,
    settings: ChildSettings,
    judge: ReturnType<typeof createJudge>,
  ) {
    this.receiver = receiver;
    this.simulator = simulator;
    this.#settings = settings;
    this.#judge = judge;
  }

  static async set(databaseUrl: string, settings: ChildSettings = {}): Promise<Cluster> {
    const secret = createSecret();
    const judge = createJudge();
    const receiver = await startReceiver({
      secret,
      keepLines: false,
      judge: (delivery) => judge.judge(delivery),
    });
    const simulator = await startSimulator();
    const own = {
      DATABASE_URL: databaseUrl,
      DATABASE_CONNECTIONS: 5,
      SECRET_KEY_BASE: 'for-tests-only-'.repeat(3),
      OPENAI_BASE_URL: `${simulator.url}/v1`,
      OPENAI_API_KEY: 'sk-replicas',
      WEBHOOK_SECRET: secret,
      BATCH_MAX_AGE_MS: 1_000,
      BATCH_MAX_REQUESTS: 200,
      POLL_INTERVAL_MS: 200,
      SUBMIT_LOOKS_MS: '0,100,300',
      RETRY_FASTER: 50,
      UPLOAD_CONCURRENCY: 2,
      DOWNLOAD_CONCURRENCY: 2,
      LOG_LEVEL: 'info',
    };
    return new Cluster(receiver, simulator, { ...own, ...settings }, judge);
  }

  async start(role: Role, more: ChildSettings = {}): Promise<Replica> {
    const note = (line: string) => {
      if (/"level":"(warn|error)"|"taken_over"|"absent"/.test(line)) this.lines.push(line);
    };
    const settings = { ...this.#settings, ROLE: role, ...more };
    const child = await startService(settings, { onLine: note, readyWithinMs });
    const replica = { ...child, role };
    this.replicas.add(replica);
    return replica;
  }

  /** Kills a replica as by `kill -9`, and starts another in its place. */
  async replace(replica: Replica, more: ChildSettings = {}): Promise<Replica> {
    this.replicas.delete(replica);
    await replica.kill9();
    return this.start(replica.role, more);
  }

  /** One of those that take requests, in turn. */
  get url(): string {
    const doors = [...this.replicas].filter(({ role }) => role !== 'worker');
    this.#turn += 1;
    return doors[this.#turn % Math.max(1, doors.length)]?.url ?? 'http://127.0.0.1:1';
  }

  /** Sends requests until each is accepted, however often replicas die meanwhile. */
  submit(requests: Iterable<DemoRequest>, withinMs: number): Promise<unknown> {
    return submitAll({
      service: () => this.url,
      receiver: this.receiver.url,
      requests: this.#judge.remember(requests),
      inFlight: 24,
      signal: AbortSignal.timeout(withinMs),
    });
  }

  /** Waits until every outcome arrived, then tells what the outside has seen. */
  async settle(count: number, withinMs: number) {
    const counts = await this.receiver
      .waitFor(({ delivered }) => delivered >= count, AbortSignal.timeout(withinMs))
      .catch(() => this.receiver.count());
    return { counts, seen: await readSeen(this.simulator.url) };
  }

  async close(): Promise<void> {
    await Promise.all([...this.replicas].map((replica) => replica.stop(12_000)));
    await this.simulator.stop();
    await this.receiver.close();
  }
}

const models = ['gpt-4.1-mini', 'gpt-4.1', 'gpt-4o-mini', 'gpt-4o'];
const order = 'Summarise the text in one sentence.';

/** W2: four models on two endpoints, real texts of up to 600 characters. */
export function* writeMixedRequests(count: number, seed: string): Generator<DemoRequest> {
  const pieces = cutPieces(readTexts(join(projectRoot, 'node_modules')), seed);
  for (let n = 0; n < count; n++) {
    const text = `${n}: ${(pieces.next().value as string).slice(0, 600)}`;
    const model = models[n % models.length] as string;
    const customId = `w2-${String(n).padStart(6, '0')}`;
    const user = { role: 'user', content: text };
    yield n % 8 < 4
      ? {
          customId,
          text,
          url: '/v1/chat/completions',
          body: { model, messages: [{ role: 'system', content: order }, user] } as { model: string },
        }
      : {
          customId,
          text,
          url: '/v1/responses',
          body: { model, instructions: order, input: text } as { model: string },
        };
  }
}
