/**
 * The whole line with a service that is killed: real processes, one database, a receiver and a simulator that
 * count from outside.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoRequest, writeRequests } from '../../demo/corpus.ts';
import { createJudge } from '../../demo/judge-answer.ts';
import { readTexts } from '../../demo/read-texts.ts';
import { type Receiver, startReceiver } from '../../demo/receiver.ts';
import {
  type ChildSettings,
  createSecret,
  projectRoot,
  type ServingChild,
  type StartServiceOptions,
  startService,
} from '../../demo/start-service.ts';
import { readSeen, startSimulator } from '../../demo/start-simulator.ts';
import { submitAll } from '../../demo/submit.ts';

/** Deliveries in flight, plus answers that may wait to be recorded: what one kill may repeat. */
export const mostRepeatsPerKill = 50 + 200;

export class CrashLine {
  readonly receiver: Receiver;
  readonly simulator: ServingChild;
  readonly #settings: ChildSettings;
  readonly #folder: string;
  readonly #judge: ReturnType<typeof createJudge>;
  #service: ServingChild | undefined;

  private constructor(parts: {
    receiver: Receiver;
    simulator: ServingChild;
    settings: ChildSettings;
    folder: string;
    judge: ReturnType<typeof createJudge>;
  }) {
    this.receiver = parts.receiver;
    this.simulator = parts.simulator;
    this.#settings = parts.settings;
    this.#folder = parts.folder;
    this.#judge = parts.judge;
  }

  /**
   * @param judged whether each answer is held against its text
   * @param scripts faults of the provider, by their names
   * @param scale how many seconds pass at the provider in one of ours
   */
  static async set(
    settings: ChildSettings = {},
    { judged = true, scripts = [] as readonly string[], scale = 1 } = {},
  ): Promise<CrashLine> {
    const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-crash-'));
    const secret = createSecret();
    const judge = createJudge();
    const receiver = await startReceiver({
      secret,
      keepLines: false,
      ...(judged ? { judge: (delivery) => judge.judge(delivery) } : {}),
    });
    const simulator = await startSimulator([
      ...scripts.flatMap((name) => ['--script', name]),
      '--scale',
      String(scale),
    ]);
    return new CrashLine({
      receiver,
      simulator,
      folder,
      judge,
      settings: {
        DATABASE_PATH: join(folder, 'line.db'),
        OPENAI_BASE_URL: `${simulator.url}/v1`,
        OPENAI_API_KEY: 'sk-crash',
        WEBHOOK_SECRET: secret,
        BATCH_MAX_AGE_MS: 700,
        BATCH_MAX_REQUESTS: 150,
        POLL_INTERVAL_MS: 100,
        SUBMIT_LOOKS_MS: '0,100,300',
        RETRY_FASTER: 50,
        ...settings,
      },
    });
  }

  get url(): string {
    return this.#service?.url ?? 'http://127.0.0.1:1';
  }

  /** Starts the service on the same database; resolves when it listens. */
  async start(more: ChildSettings = {}, options: StartServiceOptions = {}): Promise<ServingChild> {
    this.#service = await startService({ ...this.#settings, ...more }, options);
    return this.#service;
  }

  /** Requests that the receiver will know; a line writes once, since every writing starts at the same id. */
  write(count: number, seed: string): DemoRequest[] {
    const requests = writeRequests(readTexts(join(projectRoot, 'node_modules')), { count, seed });
    return [...this.#judge.remember(requests)];
  }

  /** Sends requests until each is accepted, however often the service dies meanwhile. */
  send(requests: Iterable<DemoRequest>): Promise<unknown> {
    return submitAll({
      service: () => this.url,
      receiver: this.receiver.url,
      requests,
      inFlight: 16,
      signal: AbortSignal.timeout(240_000),
    });
  }

  /** Waits until everything arrived, then tells what the outside has seen. */
  async settle(count: number, withinMs = 100_000) {
    const counts = await this.receiver.waitFor(
      ({ delivered }) => delivered >= count,
      AbortSignal.timeout(withinMs),
    );
    const seen = await readSeen(this.simulator.url);
    const ours = await this.#batchesAtProvider();
    return { counts, seen, ours };
  }

  async #batchesAtProvider(): Promise<number> {
    const response = await fetch(`${this.url}/api/batches?limit=1000`);
    const { data } = (await response.json()) as { data: { openai_batch_id: string | null }[] };
    return data.filter((batch) => batch.openai_batch_id !== null).length;
  }

  async close(): Promise<void> {
    await this.#service?.stop();
    await this.simulator.stop();
    await this.receiver.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
