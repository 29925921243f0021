/** Carries batches along the line as the drivers do, by the store's methods alone and with a clock of its own. */
import type { BatchMove, BatchState } from '../../../core/batch.ts';
import type { AttemptResult, NextStep } from '../../../core/delivery.ts';
import { type BatchLimits, defaultLimits } from '../../../core/limits.ts';
import { maxCallTries } from '../../../core/request.ts';
import type { CallError } from '../../../core/verdict.ts';
import type { LeftoverInput, SuccessorSize } from '../batches/settle-leftovers.ts';
import type { ClaimedDelivery } from '../deliveries/claim-deliveries.ts';
import type { Acceptance, Arrival } from '../intake/accept-requests.ts';
import type { BatchFacts } from '../moves.ts';
import type { BatchRow, RequestRow } from '../rows.ts';
import type { Store } from '../store.ts';
import { makeFinding } from './make-arrivals.ts';

export interface Held {
  readonly batch: BatchRow;
  readonly leaseToken: string;
}

/** What the provider made of a request. `again`: not run; `missing`: in neither file. */
export type Answer = 'succeeded' | 'failed' | 'again' | 'missing';
/** What the destination made of a delivery. */
export type Taking = 'delivered' | 'again' | 'give_up';

export const leaseMs = 1_000;
export const pauseMs = 500;
const batchFailed: CallError = { code: 'batch_failed', message: 'The batch failed.' };
const batchCancelled: CallError = { code: 'batch_cancelled', message: 'The batch was cancelled.' };
const batchExpired: CallError = { code: 'batch_expired', message: 'The batch expired.' };
const missingResult: CallError = { code: 'missing_result', message: 'There was no result.' };

export class Line {
  readonly store: Store;
  now = 1_000_000;
  #claims = 0;

  constructor(store: Store) {
    this.store = store;
  }

  async accept(arrivals: readonly Arrival[], limits: BatchLimits = defaultLimits): Promise<Acceptance[]> {
    const input = { now: this.now, limits, maxAgeMs: 3_600_000, arrivals };
    return (await this.store.acceptRequests(input)).acceptances;
  }

  /** Takes the batch of a state that has been due for longest. */
  async claim(state: BatchState): Promise<Held | null> {
    this.#claims += 1;
    const leaseToken = `lease-${this.#claims}`;
    const input = { states: [state], now: this.now, limit: 1, leaseMs, leaseToken, owner: 'test' };
    const [batch] = (await this.store.claimBatches(input)).batches;
    return batch ? { batch, leaseToken } : null;
  }

  /** Moves what is due in `from`; null when nothing is. */
  async move(
    from: BatchState,
    move: BatchMove,
    more: { readonly to?: BatchState; readonly facts?: BatchFacts } = {},
  ): Promise<BatchRow | null> {
    const held = await this.claim(from);
    if (!held) return null;
    const { leaseToken } = held;
    const moving = { batchId: held.batch.id, move, leaseToken, actor: 'test', now: this.now, ...more };
    return this.store.advanceBatch(moving);
  }

  async close(batchId: number): Promise<BatchRow> {
    const closing = await this.store.closeBatch({
      batchId,
      reason: 'operator',
      actor: 'test',
      now: this.now,
      removeEmpty: false,
    });
    if (closing.kind !== 'closed') throw new Error(`the batch is ${closing.kind}`);
    return closing.batch;
  }

  upload(): Promise<BatchRow | null> {
    return this.move('uploading', 'upload', { facts: { openai_input_file_id: 'file-1' } });
  }

  /** Creates the batch at the provider and marks its requests as sent. */
  async submit(from: 'uploaded' | 'waiting_for_capacity' = 'uploaded'): Promise<BatchRow | null> {
    const facts = { submit_attempt: 1, openai_batch_id: 'batch-1' };
    const batch = await this.move(from, 'submit', { facts });
    if (batch) await this.#markSent(batch.id);
    return batch;
  }

  /** As the poll driver does first of all: under a lease on the batch, in slices. */
  async #markSent(batchId: number): Promise<void> {
    const states = ['openai_processing'] as const;
    const leaseToken = `sending-${batchId}`;
    const claim = { states, now: this.now, limit: 1_000, leaseMs, leaseToken, owner: 'test' };
    const { batches } = await this.store.claimBatches(claim);
    const slice = { batchId, leaseToken, now: this.now, limit: 2 };
    while ((await this.store.sendRequests(slice)).moved === 2);
    for (const { id } of batches)
      await this.store.recordFacts({ batchId: id, leaseToken, facts: {}, release: true });
  }

  /** The only open batch, or that of a model, closed and carried to the provider. */
  async sendOpen(): Promise<BatchRow> {
    const [open] = await this.store.listBatches({ states: ['building'], cursor: null, limit: 1 });
    if (!open) throw new Error('there is no open batch');
    await this.close(open.id);
    await this.upload();
    const batch = await this.submit();
    if (!batch) throw new Error('the batch was not submitted');
    return batch;
  }

  rows(batchId: number, state?: RequestRow['state']): Promise<RequestRow[]> {
    const input = { batchId, cursor: null, limit: 1_000, ...(state ? { state } : {}) };
    return this.store.listRequests(input).then(({ rows }) => rows.reverse());
  }

  /** Reads the results of a batch at the provider's end, up to the moment its outcomes may leave. */
  async settle(
    state: 'downloading' | 'failed' | 'expired' | 'cancelled',
    answer: (request: RequestRow) => Answer = () => 'succeeded',
  ): Promise<BatchRow | null> {
    const held = await this.claim(state);
    if (!held) return null;
    const { leaseToken, batch } = held;
    if (batch.restart_requested_at !== null) return this.restart(held);
    const atProvider = await this.rows(batch.id, 'openai_processing');
    const of = (wanted: Answer) => atProvider.filter((request) => answer(request) === wanted);
    await this.store.applyResults({
      batchId: batch.id,
      leaseToken,
      now: this.now,
      findings: [
        ...of('succeeded').map(({ id }) => makeFinding(id, 'succeeded')),
        ...of('failed').map(({ id }) => makeFinding(id, 'failed')),
      ],
      setbacks: of('again').map(({ id }) => ({
        requestId: id,
        errorCode: 'server_error',
        errorMessage: 'Try again.',
      })),
    });
    await this.settleLeftovers(held);
    const lines = batch.openai_batch_id !== null && {
      output_lines: of('succeeded').length,
      error_lines: of('failed').length + of('again').length,
      missing_lines: (batch.sent_count ?? 0) - atProvider.length + of('missing').length,
      duplicate_lines: 0,
      unknown_lines: 0,
    };
    const finish = { batchId: batch.id, leaseToken, lines: lines || null, now: this.now };
    const after = await this.store.finishDownload(finish);
    if (state !== 'downloading') await this.letOutcomesLeave(held);
    return after;
  }

  /** Carries an ordered restart out, or so many slices of it: a kill in between. */
  async restart({ batch, leaseToken }: Held, slices = Number.POSITIVE_INFINITY): Promise<BatchRow | null> {
    const fence = { batchId: batch.id, leaseToken, now: this.now };
    let afterId: number | null = 0;
    for (let taken = 0; afterId !== null; taken++) {
      if (taken === slices) return null;
      const slice: { lastId: number | null } = await this.store.restartSlice({ ...fence, afterId, limit: 2 });
      afterId = slice.lastId;
    }
    return this.store.finishRestart(fence);
  }

  async settleLeftovers(
    { batch, leaseToken }: Held,
    size: Partial<SuccessorSize> & Partial<Pick<LeftoverInput, 'policy' | 'maxTries'>> = {},
    limit = 2,
  ): Promise<void> {
    const { state } = batch;
    const policy = size.policy ?? (state === 'failed' || state === 'cancelled' ? 'end' : 'retry');
    const successors = { rows: 50_000, bytes: null, rowLimit: null, refusals: 0, ...size };
    const error =
      state === 'failed'
        ? batchFailed
        : state === 'cancelled'
          ? batchCancelled
          : state === 'expired'
            ? batchExpired
            : missingResult;
    const { maxTries = maxCallTries } = size;
    const now = this.now;
    const input = { batchId: batch.id, leaseToken, now, limit, policy, maxTries, error, successors };
    for (;;) {
      const { held, returned, ended } = await this.store.settleLeftovers(input);
      if (!held) throw new Error('the lease is lost');
      if (returned + ended < limit) return;
    }
  }

  async letOutcomesLeave({ batch, leaseToken }: Held): Promise<void> {
    for (const state of ['openai_processed', 'failed', 'expired', 'cancelled'] as const) {
      let afterId: number | null = 0;
      while (afterId !== null) {
        const input = { batchId: batch.id, state, afterId, limit: 2, now: this.now };
        const slice: { lastId: number | null } = await this.store.startDeliveries(input);
        afterId = slice.lastId;
      }
    }
    await this.store.settleBatch({ batchId: batch.id, leaseToken, now: this.now });
  }

  /** From the provider's end of a completed batch to all its outcomes on their way. */
  async finish(answer?: (request: RequestRow) => Answer): Promise<BatchRow | null> {
    await this.move('openai_processing', 'complete');
    await this.move('openai_completed', 'download');
    await this.settle('downloading', answer);
    return this.deliver();
  }

  async deliver(): Promise<BatchRow | null> {
    await this.move('ready_to_deliver', 'deliver');
    const held = await this.claim('delivering');
    if (!held) return null;
    await this.letOutcomesLeave(held);
    return (await this.store.getBatch({ id: held.batch.id })) ?? null;
  }

  /** The claimer is among the replicas: of one that is not, others may take what it has claimed. */
  async claimDeliveries(limit = 100, leaseToken = 'sender'): Promise<ClaimedDelivery[]> {
    const who = { name: leaseToken, role: 'worker', version: '1', startedAt: this.now } as const;
    await this.store.beatReplica({ ...who, now: this.now, deadAfterMs: Number.MAX_SAFE_INTEGER });
    const input = { now: this.now, limit, leaseMs, leaseToken, perDestination: 100, inFlight: {} };
    return (await this.store.claimDeliveries({ type: 'webhook', ...input })).deliveries;
  }

  /** @returns the batches that ended */
  async recordDeliveries(
    deliveries: readonly ClaimedDelivery[],
    taking: Taking = 'delivered',
    leaseToken = 'sender',
    probe = false,
  ): Promise<number[]> {
    const attempts = deliveries.map((claimed) => ({
      ...this.#attempt(claimed),
      probe,
      ...answers[taking],
    }));
    const recording = { leaseToken, now: this.now, faster: 1, attempts };
    return (await this.store.recordDeliveries(recording)).ended;
  }

  /** A refusal, and what follows from it. */
  async recordNext(claimed: ClaimedDelivery, next: NextStep): Promise<void> {
    const attempts = [{ ...this.#attempt(claimed), probe: false, result: refused, next }];
    await this.store.recordDeliveries({ leaseToken: 'sender', now: this.now, faster: 1, attempts });
  }

  #attempt(claimed: ClaimedDelivery) {
    return {
      requestId: claimed.id,
      batchId: claimed.batch_id,
      destinationId: claimed.destination_id,
      outcomeNumber: claimed.outcome_number,
      customId: claimed.custom_id,
      attempt: claimed.delivery_tries + 1,
      delivery: claimed.delivery,
      config: '{}',
      at: this.now,
    };
  }

  /** Hands over whatever is due. */
  async handOver(taking: Taking = 'delivered'): Promise<number[]> {
    return this.recordDeliveries(await this.claimDeliveries(), taking);
  }
}

const quiet = { durationMs: 5, error: null, responseExcerpt: null, retryAfterMs: null };
const refused: AttemptResult = { ...quiet, outcome: 'http_status_not_2xx', statusCode: 500 };
const answers: Record<Taking, { readonly result: AttemptResult; readonly next: NextStep }> = {
  delivered: { result: { ...quiet, outcome: 'success', statusCode: 200 }, next: { kind: 'delivered' } },
  again: { result: refused, next: { kind: 'again', pauseMs, askedMs: 0 } },
  give_up: { result: refused, next: { kind: 'give_up', why: 'enough' } },
};
