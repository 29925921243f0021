/** A service on a clock that the test moves, and a receiver that can break: days pass in a second. */
import type { Service } from '../../server/compose/service.ts';
import { stopService } from '../../server/lifecycle.ts';
import { MovedClock } from '../moved-clock.ts';
import {
  startTestService,
  startTestServiceIn,
  type TestService,
  type TestSettings,
} from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

export const minute = 60_000;
export const day = 24 * 60 * minute;

export interface Shown {
  readonly id: number;
  readonly delivering: { readonly count: number };
  readonly delivery_failed: { readonly count: number };
  readonly paused_at: string | null;
  readonly health: {
    readonly breaker: string;
    readonly breaker_opened_at: string | null;
    readonly failing_since: string | null;
    readonly failures_in_a_row: number;
    readonly next_probe_at: string | null;
    readonly last_failure: string | null;
    readonly failure_count: number;
    readonly success_count: number;
    readonly success_share: number | null;
    readonly latency_ms: number | null;
  };
}

export class BreakingStage {
  readonly clock: MovedClock;
  readonly sink: OutcomeSink;
  readonly #settings: TestSettings;
  #running: TestService;

  private constructor(clock: MovedClock, sink: OutcomeSink, settings: TestSettings, running: TestService) {
    this.clock = clock;
    this.sink = sink;
    this.#settings = settings;
    this.#running = running;
  }

  static async set(settings: TestSettings = {}): Promise<BreakingStage> {
    const clock = new MovedClock();
    const sink = await new OutcomeSink().listen();
    return new BreakingStage(clock, sink, settings, await startTestService(settings, { clock }));
  }

  get url(): string {
    return this.#running.url;
  }

  get service(): Service {
    return this.#running.service;
  }

  get folder(): string {
    return this.#running.folder;
  }

  async look(id = 1): Promise<Shown> {
    return (await call(this.url, 'GET', `/api/destinations/${id}`)) as Shown;
  }

  order(name: string): Promise<unknown> {
    return call(this.url, 'POST', `/api/destinations/1/${name}`);
  }

  /** Lets time pass in steps until something holds; each step waits for what it has set going. */
  pass(stepMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
    return until(async () => {
      this.clock.move(stepMs);
      await this.look().catch(() => null);
      await until(() => this.service.dispatchers.every(({ isQuiet }) => isQuiet));
      return holds();
    });
  }

  /** Outcomes to a receiver that fails until its breaker opens. */
  async breakIt(outcomes = 12): Promise<void> {
    this.sink.answer = 503;
    await makeOutcomes(this.url, outcomes, () => this.sink.url);
    await this.pass(
      10_000,
      async () => this.sink.refused > 0 && (await this.look()).health.breaker === 'open',
    );
  }

  /** Lets time pass until a probe was sent, and waits until its failure is recorded. */
  async probe(afterMs: number): Promise<void> {
    this.clock.move(afterMs);
    await until(async () => {
      // Who has begun to rest while the clock was moved wakes too.
      this.clock.move(5);
      const { health, delivering } = await this.look();
      return delivering.count === 0 || Date.parse(health.next_probe_at ?? '') > this.clock.now();
    });
  }

  /** Off for a while, and on again on the same database. */
  async beOff(ms: number): Promise<void> {
    await this.clock.moveUntil(stopService(this.service), minute);
    this.clock.move(ms);
    this.#running = await startTestServiceIn(this.folder, this.#settings, { clock: this.clock });
  }

  async close(): Promise<void> {
    await this.clock.moveUntil(this.#running.stop(), minute);
    await this.sink.close();
  }
}
