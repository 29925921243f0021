/** `kill -9` during delivery at random moments: every accepted request's delivery id arrives, repeats are bounded. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDice } from '../../demo/dice.ts';
import { startChildService } from '../start-child-service.ts';
import { makeFolder } from '../start-test-service.ts';
import { until } from '../until.ts';
import { makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

const kills = 20;
const outcomes = 6_000;
const concurrency = 20;
/** What one kill may repeat: what was in flight, and answers that were not recorded yet. */
const mostRepeatsPerKill = concurrency + 200;
const seed = process.env['KILL_SEED'] ?? 'delivery';

let folder: string;
let sink: OutcomeSink;
beforeAll(async () => {
  folder = makeFolder();
  sink = await new OutcomeSink({ answerMs: 2 }).listen();
});
afterAll(async () => {
  await sink.close();
  rmSync(folder, { recursive: true, force: true });
});

test(`${kills} kills at random moments of delivery lose nothing (KILL_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const dice = createDice(seed);
  const settings = { DELIVERY_CONCURRENCY: concurrency, LOG_LEVEL: 'info' };
  let service = await startChildService(folder, settings);
  await makeOutcomes(service.url, outcomes, () => sink.url);
  let inTheMiddle = 0;
  for (let kill = 0; kill < kills; kill++) {
    const moment = sink.total + 1 + dice(200);
    await new Promise<void>((resolve) => {
      sink.onTaken = () => {
        if (sink.total >= moment || sink.taken.size === outcomes) resolve();
      };
    });
    sink.onTaken = undefined;
    if (sink.taken.size < outcomes) inTheMiddle += 1;
    await service.kill();
    service = await startChildService(folder, settings);
  }
  await until(() => sink.taken.size === outcomes, 120_000);
  await service.stop();
  expect(inTheMiddle).toBe(kills);
  expect(sink.taken.size).toBe(outcomes);
  const repeats = sink.total - outcomes;
  process.stdout.write(`${kills} kills, ${outcomes} outcomes: lost 0, repeated ${repeats}\n`);
  expect(repeats).toBeLessThanOrEqual(kills * mostRepeatsPerKill);
});
