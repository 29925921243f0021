/**
 * Creating is not idempotent and its answer may be lost: there is one batch at the provider for each of ours all the
 * same. Invariants B10, B11. Kills are in test/line/kill-points.test.ts.
 */
import { expect, test } from 'vitest';
import { makeTempDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import type { Rule } from '../../simulator/index.ts';
import { EdgeLine, startFaulty } from './edge-line.ts';
import { chatRows } from './expectations.ts';

/** Three batches of nine. */
const rows = chatRows(27);
const settings = { BATCH_MAX_REQUESTS: 9, SUBMIT_LOOKS_MS: '0,150,600,1500' };
/** A minute at the provider is 0.3 s here, as the looks are 200 times as fast as they are by default. */
const scale = 200;

const serverError = { message: 'The server had an error.', type: 'server_error' };
/** Every answer to a create is lost, not only the first. */
const lost: Readonly<Record<string, Rule>> = {
  'connection destroyed': { on: 'call', route: 'batches.create', when: 'after', do: { drop: true } },
  'no answer in time': { on: 'call', route: 'batches.create', when: 'after', do: { hang: true } },
  '500 although it acted': {
    on: 'call',
    route: 'batches.create',
    when: 'after',
    do: { status: 500, error: serverError },
  },
};
/** What else may be wrong at the same time. */
const circumstances: Readonly<Record<string, readonly (string | Rule)[]>> = {
  'and nothing else': [],
  'while the list lags behind by a minute': ['late-list'],
  'while every second list fails': [
    { on: 'call', route: 'batches.list', everyKth: 2, do: { status: 503, error: serverError } },
  ],
};

const cases = Object.entries(lost).flatMap(([loss, rule]) =>
  Object.entries(circumstances).map(([also, rules]) => ({ loss, also, scripts: [rule, ...rules] })),
);

test.concurrent.each(cases)('$loss, $also', async ({ scripts }) => {
  const line = await EdgeLine.set({ scripts, scale, settings });
  try {
    await line.send(rows);
    await line.delivered(rows.length);
    const ours = await line.ended();
    const theirs = line.simulator.seen().batches.map(({ batch }) => batch.id);
    expect(ours.map((batch) => batch.openai_batch_id).sort()).toEqual(theirs.sort());
    expect(line.simulator.summary()).toMatchObject({ batches: 3, duplicates: 0, paidTwice: 0 });
    expect(line.receiver.count().byOutcome).toEqual({ succeeded: 27 });
  } finally {
    await line.close();
  }
});

test.concurrent.each(Object.entries(lost))('two services in one project: %s', async (_, rule) => {
  const simulator = await startFaulty([rule, 'late-list'], scale);
  const lines = [
    await EdgeLine.set({ scripts: [], simulator, settings }),
    await EdgeLine.set({ scripts: [], simulator, settings }),
  ];
  try {
    await Promise.all(lines.map((line) => line.send(rows)));
    await Promise.all(lines.map((line) => line.delivered(rows.length)));
    const ours = (await Promise.all(lines.map((line) => line.ended()))).flat();
    const theirs = simulator.seen().batches.map(({ batch }) => batch.id);
    expect(ours.map((batch) => batch.openai_batch_id).sort()).toEqual(theirs.sort());
    // The same line ids in both, so that the provider cannot tell their rows apart: 2 × 27 were run.
    expect(simulator.summary()).toMatchObject({ batches: 6, linesRun: 54 });
    for (const line of lines) expect(line.receiver.count().byOutcome).toEqual({ succeeded: 27 });
  } finally {
    for (const line of lines) await line.close();
    await simulator.close();
  }
});

test.each(Object.entries(lost))('two replicas on one database: %s', async (_, rule) => {
  const shared = {
    ...settings,
    DATABASE_URL: await makeTempDatabase(),
    SECRET_KEY_BASE: 'for-tests-only-'.repeat(3),
    SUBMIT_CONCURRENCY: 10,
  };
  const line = await EdgeLine.set({ scripts: [rule, 'late-list'], scale, settings: shared });
  try {
    await line.join();
    await line.send(rows);
    await line.delivered(rows.length, 60_000);
    const ours = await line.ended();
    const theirs = line.simulator.seen().batches.map(({ batch }) => batch.id);
    expect(ours.map((batch) => batch.openai_batch_id).sort()).toEqual(theirs.sort());
    const seen = line.simulator.summary();
    expect(seen).toMatchObject({ batches: 3, duplicates: 0, paidTwice: 0, overlappingCalls: 0 });
  } finally {
    await line.close();
  }
});
