/**
 * One thing after another, in any order: what producers, drivers, destinations and operators may do to a store,
 * kills between claim and record included. `n` is the draw that makes each step's choices.
 */
import type { ClaimedDelivery } from '../deliveries/claim-deliveries.ts';
import type { BatchRow } from '../rows.ts';
import type { Store } from '../store.ts';
import { type Answer, Line, leaseMs } from './line.ts';
import { limitsWith, makeArrival, notDelivered } from './make-arrivals.ts';

/** Small, so that a short history meets each of them. Lines are 100 bytes. */
const limits = limitsWith({ maxRequests: 4, maxBytes: 350, maxTokens: 100, maxEmbeddingInputs: 6 });
const models = ['gpt-4o-mini', 'gpt-4o'];
const answers: readonly Answer[] = ['succeeded', 'failed', 'again', 'missing', 'succeeded', 'succeeded'];
const takings = ['delivered', 'delivered', 'again', 'give_up'] as const;
const settled = ['downloading', 'failed', 'expired', 'cancelled'] as const;
const driven = ['uploading', 'uploaded', 'openai_processing', 'downloading', 'delivering', 'failed'] as const;

/** A history under way, with what must be true of it in the end. */
export class World {
  readonly line: Line;
  /** Content of every request that was accepted and not removed since. */
  readonly kept = new Map<string, string>();
  readonly wrong: string[] = [];
  highestId = 0;
  late: { readonly token: string; readonly deliveries: ClaimedDelivery[] } | null = null;
  claims = 0;

  constructor(store: Store) {
    this.line = new Line(store);
  }

  get store(): Store {
    return this.line.store;
  }

  async accept(n: number): Promise<void> {
    const arrivals = [0, 1, 2].slice(0, 1 + (n % 3)).map((index) => {
      const draw = n * 7 + index * 13;
      return makeArrival(`c${draw % 30}`, {
        text: `text ${draw % 11 === 0 ? 'other' : 'usual'}`,
        model: models[draw % 2] as string,
        estimatedTokens: draw % 17 === 0 ? 150 : 10 + (draw % 30),
        embeddingInputs: draw % 4,
        ...(draw % 5 === 0 ? notDelivered : {}),
        ...(draw % 3 === 0 ? { destination: { type: 'webhook', address: 'https://other.example' } } : {}),
      });
    });
    const acceptances = await this.line.accept(arrivals, limits);
    for (const [index, { kind, requestId }] of acceptances.entries()) {
      const { customId, contentHash } = arrivals[index] as (typeof arrivals)[number];
      const content = Buffer.from(contentHash).toString('hex');
      const known = this.kept.get(customId);
      const should = known === undefined ? 'accepted' : known === content ? 'same' : 'conflict';
      if (kind !== should) this.wrong.push(`${customId} was answered ${kind}, not ${should}`);
      if (kind !== 'accepted') continue;
      if (requestId <= this.highestId) this.wrong.push(`id ${requestId} was handed out again`);
      this.highestId = Math.max(this.highestId, requestId);
      this.kept.set(customId, content);
    }
  }

  async pickBatch(n: number, fits: (batch: BatchRow) => boolean = () => true): Promise<BatchRow | undefined> {
    const batches = (await this.store.listBatches({ cursor: null, limit: 1_000 })).filter(fits);
    return batches[n % batches.length];
  }
}

/** Tries one state after the other, from a drawn one on, until something was due. */
async function firstOf<S>(
  states: readonly S[],
  n: number,
  act: (state: S) => Promise<unknown>,
): Promise<unknown> {
  for (let at = 0; at < states.length; at++) {
    const done = await act(states[(n + at) % states.length] as S);
    if (done !== null) return done;
  }
  return null;
}

function settleNext(line: Line, n: number): Promise<unknown> {
  const answer = ({ id }: { id: number }) => answers[(n + id * 5) % answers.length] as Answer;
  return firstOf(settled, n, (state) => line.settle(state, answer));
}

type Step = (world: World, n: number) => Promise<unknown>;

const customId = (n: number) => `c${n % 30}`;

const intakeSteps = {
  accept: (world, n) => world.accept(n),
  cancelOne: ({ store, line }, n) => store.cancelRequest({ customId: customId(n), now: line.now }),
  deleteOne: async ({ store, line, kept }, n) => {
    const stopping = await store.deleteRequest({ customId: customId(n), now: line.now });
    if (stopping.kind === 'stopped') kept.delete(customId(n));
  },
  close: async (world, n) => {
    const batch = await world.pickBatch(n, ({ state }) => state === 'building');
    const now = world.line.now;
    const how = { reason: 'age', actor: 'test', now, removeEmpty: n % 2 === 0 } as const;
    if (batch) await world.store.closeBatch({ batchId: batch.id, ...how });
  },
} satisfies Record<string, Step>;

const lineSteps = {
  upload: ({ line }) => line.upload(),
  submit: ({ line }, n) => line.submit(n % 3 === 0 ? 'waiting_for_capacity' : 'uploaded'),
  wait: ({ line }) => line.move('uploaded', 'wait'),
  turnAway: async ({ line, store }) => {
    const held = await line.claim('openai_processing');
    if (!held) return;
    const batchId = held.batch.id;
    const slice = { batchId, leaseToken: held.leaseToken, now: line.now, limit: 2 };
    while ((await store.returnRequests(slice)).moved === 2);
    const moving = {
      batchId,
      move: 'wait',
      leaseToken: held.leaseToken,
      actor: 'test',
      now: line.now,
    } as const;
    await store.advanceBatch(moving);
  },
  complete: ({ line }) => line.move('openai_processing', 'complete'),
  download: ({ line }) => line.move('openai_completed', 'download'),
  expire: ({ line }) => line.move('openai_processing', 'expire'),
  fail: ({ line }, n) => firstOf(driven.slice(0, 4), n, (state) => line.move(state, 'fail')),
  settle: ({ line }, n) => settleNext(line, n),
  /** What the drivers would do next, whichever of them comes first. */
  drive: ({ line }, n) =>
    firstOf(
      [
        () => line.upload(),
        () => line.submit(),
        () => line.submit('waiting_for_capacity'),
        () => line.move('openai_processing', 'complete'),
        () => line.move('openai_completed', 'download'),
        () => settleNext(line, n),
        () => line.deliver(),
      ],
      n,
      (act) => act(),
    ),
  deliver: ({ line }) => line.deliver(),
  die: ({ line }, n) => line.claim(driven[n % driven.length] as (typeof driven)[number]),
  pass: async ({ line }, n) => {
    line.now += n;
  },
} satisfies Record<string, Step>;

const deliverySteps = {
  handOver: async (world, n) => {
    const token = `sender-${++world.claims}`;
    const deliveries = await world.line.claimDeliveries(1 + (n % 4), token);
    if (n % 4 === 0) world.late = { token, deliveries };
    else await world.line.recordDeliveries(deliveries, takings[n % takings.length], token);
  },
  answerLate: async (world, n) => {
    const late = world.late;
    world.late = null;
    if (late) await world.line.recordDeliveries(late.deliveries, takings[n % takings.length], late.token);
  },
  redeliverOne: ({ store, line }, n) =>
    store.redeliverRequest({ customId: customId(n), actor: 'test', now: line.now }),
  redeliver: async (world, n) => {
    const batch = await world.pickBatch(n, ({ settled_at }) => settled_at !== null);
    const { now } = world.line;
    const which = n % 2 === 0 ? 'all' : 'failed';
    if (batch) {
      const filter = { which, batchId: batch.id } as const;
      await world.store.createRedelivery({ filter, matching: null, actor: 'test', now });
    }
    await world.store.redeliverNext({ limit: 1 + (n % 3), now });
  },
} satisfies Record<string, Step>;

const operatorSteps = {
  cancel: async (world, n) => {
    const batch = await world.pickBatch(n);
    if (batch) await world.store.cancelBatch({ batchId: batch.id, actor: 'test', now: world.line.now });
  },
  providerCancels: async ({ line, store }) => {
    const held = await line.claim('openai_processing');
    if (!held || held.batch.cancel_requested_at === null) return;
    const { leaseToken } = held;
    const moving = {
      batchId: held.batch.id,
      move: 'cancel',
      leaseToken,
      actor: 'test',
      now: line.now,
    } as const;
    await store.advanceBatch(moving);
  },
  restart: async (world, n) => {
    const batch = await world.pickBatch(n, ({ state }) => state === 'failed');
    const { now } = world.line;
    if (batch) await world.store.requestRestart({ batchId: batch.id, actor: 'test', now });
  },
  dieInRestart: async ({ line }, n) => {
    const held = await line.claim('failed');
    if (held && held.batch.restart_requested_at !== null) await line.restart(held, n % 3);
  },
  remove: async (world, n) => {
    const batch = await world.pickBatch(n, ({ settled_at }) => settled_at !== null);
    const { now } = world.line;
    if (!batch) return;
    const rows = await world.line.rows(batch.id);
    const deletion = await world.store.deleteBatch({
      batchId: batch.id,
      evenUndelivered: n % 2 === 0,
      now,
    });
    if (deletion.kind !== 'deleting') return;
    while (await world.store.removeSlice({ limit: 2 }));
    for (const row of rows) world.kept.delete(row.custom_id);
  },
} satisfies Record<string, Step>;

export const steps: Record<string, Step> = {
  ...intakeSteps,
  ...lineSteps,
  ...deliverySteps,
  ...operatorSteps,
};

/**
 * Lets every driver work until nothing is left to do.
 *
 * @returns whether that happened; false when something moves in circles
 */
export async function carryToTheEnd(world: World): Promise<boolean> {
  const { line, store } = world;
  world.late = null;
  for (let round = 0; round < 60; round++) {
    line.now += leaseMs + 1;
    for (const batch of await store.listBatches({ states: ['building'], cursor: null, limit: 100 })) {
      const how = { reason: 'age', actor: 'test', now: line.now, removeEmpty: true } as const;
      await store.closeBatch({ batchId: batch.id, ...how });
    }
    while (await line.upload());
    while (await line.submit('uploaded'));
    while (await line.submit('waiting_for_capacity'));
    while (await line.move('openai_processing', 'complete'));
    while (await line.move('openai_completed', 'download'));
    for (const state of settled) while (await line.settle(state));
    while (await line.move('ready_to_deliver', 'deliver'));
    while (await line.deliver());
    await line.handOver();
    const batches = await store.listBatches({ cursor: null, limit: 1_000 });
    if (batches.every((batch) => batch.ended_at !== null)) return true;
  }
  return false;
}
