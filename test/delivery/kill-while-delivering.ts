/** Kills the service at random moments of delivery, whoever receives: every delivery id arrives, repeats are bounded. */
import { rmSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import type { DeliveryConfig } from '../../core/delivery.ts';
import { createDice } from '../../demo/dice.ts';
import { startChildService } from '../start-child-service.ts';
import { makeFolder, type TestSettings } from '../start-test-service.ts';
import { until } from '../until.ts';
import { makeOutcomes } from './make-outcomes.ts';

/** Answers that a kill may find unrecorded. */
const mostUnrecorded = 200;

export interface Receiver {
  /** How often each delivery id was taken. */
  readonly taken: ReadonlyMap<string, number>;
  /** All deliveries, repeats included. */
  readonly total: number;
  onTaken: ((id: string) => void) | undefined;
}

export interface Kills {
  readonly kills: number;
  readonly outcomes: number;
  /** Messages that may be under way at one moment. */
  readonly inFlight: number;
  readonly target: string | DeliveryConfig;
  readonly settings: TestSettings;
  readonly seed: string;
}

export async function killWhileDelivering(receiver: Receiver, terms: Kills): Promise<void> {
  const { kills, outcomes, inFlight, target, seed } = terms;
  const dice = createDice(seed);
  const settings = { LOG_LEVEL: 'info', ...terms.settings };
  const folder = makeFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let service = await startChildService(folder, settings);
  const repeats = new RepeatsByKill();
  let look = () => {};
  receiver.onTaken = (id) => {
    repeats.take(id);
    look();
  };
  await makeOutcomes(service.url, outcomes, () => target);
  let inTheMiddle = 0;
  for (let kill = 0; kill < kills; kill++) {
    const moment = receiver.total + 1 + dice(200);
    await new Promise<void>((resolve) => {
      look = () => {
        if (receiver.total >= moment || receiver.taken.size === outcomes) resolve();
      };
    });
    if (receiver.taken.size < outcomes) inTheMiddle += 1;
    await service.kill();
    repeats.kill();
    service = await startChildService(folder, settings);
  }
  await until(() => receiver.taken.size === outcomes, 120_000);
  await service.stop();
  expect(inTheMiddle).toBe(kills);
  expect(receiver.taken.size).toBe(outcomes);
  const counts = repeats.counts;
  process.stdout.write(`${kills} kills, ${outcomes} outcomes: lost 0, repeated ${counts.join(' ')}\n`);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(receiver.total - outcomes);
  for (const count of counts) expect(count).toBeLessThanOrEqual(inFlight + mostUnrecorded);
}

/** Says of each repeat which kill it is owed to. */
class RepeatsByKill {
  /** How many kills there had been when an id was taken last. */
  readonly #takenAfter = new Map<string, number>();
  readonly #counts: number[] = [0];
  #kills = 0;

  /** By kill, the first being 1; at 0 stand those for which there was none. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  kill(): void {
    this.#kills += 1;
    this.#counts[this.#kills] = 0;
  }

  /**
   * Its last taking was in flight or unrecorded at the next kill. One that was taken since the last kill already was on its
   * way then, and came here after it.
   */
  take(id: string): void {
    const takenAfter = this.#takenAfter.get(id);
    if (takenAfter !== undefined) {
      const kill = Math.min(takenAfter + 1, this.#kills);
      this.#counts[kill] = (this.#counts[kill] ?? 0) + 1;
    }
    this.#takenAfter.set(id, this.#kills);
  }
}
