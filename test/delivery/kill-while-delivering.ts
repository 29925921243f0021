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
  onTaken: (() => void) | undefined;
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
  await makeOutcomes(service.url, outcomes, () => target);
  let inTheMiddle = 0;
  for (let kill = 0; kill < kills; kill++) {
    const moment = receiver.total + 1 + dice(200);
    await new Promise<void>((resolve) => {
      receiver.onTaken = () => {
        if (receiver.total >= moment || receiver.taken.size === outcomes) resolve();
      };
    });
    receiver.onTaken = undefined;
    if (receiver.taken.size < outcomes) inTheMiddle += 1;
    await service.kill();
    service = await startChildService(folder, settings);
  }
  await until(() => receiver.taken.size === outcomes, 120_000);
  await service.stop();
  expect(inTheMiddle).toBe(kills);
  expect(receiver.taken.size).toBe(outcomes);
  const repeats = receiver.total - outcomes;
  process.stdout.write(`${kills} kills, ${outcomes} outcomes: lost 0, repeated ${repeats}\n`);
  expect(repeats).toBeLessThanOrEqual(kills * (inFlight + mostUnrecorded));
}
