/** `kill -9` at random moments of a run, on one database: every accepted request arrives, once. */
import { expect, test } from 'vitest';
import { createDice } from '../../demo/dice.ts';
import { CrashLine, mostRepeatsPerKill } from './crash-line.ts';

const requests = 1_000;
const kills = 20;
const seed = process.env.KILL_SEED ?? 'twenty';

test(`${kills} random kills lose and double nothing (KILL_SEED=${seed})`, { timeout: 300_000 }, async () => {
  const line = await CrashLine.set();
  const dice = createDice(seed);
  try {
    let service = await line.start();
    const submitted = line.send(line.write(requests, seed));
    for (let kill = 0; kill < kills; kill++) {
      const spared = AbortSignal.timeout(30 + dice(600));
      await new Promise((resolve) => spared.addEventListener('abort', resolve));
      await service.kill9();
      service = await line.start();
    }
    await submitted;
    const { counts, seen, ours } = await line.settle(requests);
    expect(counts).toMatchObject({ delivered: requests, duplicates: 0, wrong: 0 });
    expect(counts.repeats).toBeLessThanOrEqual(kills * mostRepeatsPerKill);
    expect(seen).toMatchObject({ lines: requests, duplicates: 0, batches: ours });
  } finally {
    await line.close();
  }
});
