/** The door's verb: one posted request in, a durable acceptance out. */
import { AppError } from '../../../core/errors.ts';
import type { BatchLimits } from '../../../core/limits.ts';
import type { Context } from '../../context.ts';
import type { Acceptance, Arrival } from '../../store/intake/accept-requests.ts';
import { TargetCheck } from './check-target.ts';
import { GroupCommit, maxRows } from './group-commit.ts';
import type { IntakeGate } from './intake-gate.ts';
import { type IntakeRules, readArrival } from './read-arrival.ts';

/** Bytes that may wait for a commit; beyond it the answer is 503 rather than a growing heap. */
const maxWaitingBytes = 64_000_000;

/**
 * Rows of a group that is worth a commit beside another. SQLite has one writer: a full one. On PostgreSQL small groups side by side
 * cost more than they gain (docs/decisions/0046).
 */
const besideFrom = { sqlite: maxRows, postgres: 64 };

/** A request that is on disk: now, or since it was posted before. */
export interface Accepted {
  readonly customId: string;
  readonly kind: Acceptance['kind'];
}

export class Intake {
  readonly #ctx: Context;
  readonly #gate: IntakeGate;
  readonly #rules: IntakeRules;
  readonly #groups: GroupCommit;
  readonly targets: TargetCheck;

  constructor(ctx: Context, gate: IntakeGate) {
    this.#ctx = ctx;
    this.#gate = gate;
    this.targets = new TargetCheck(ctx.guard, ctx.clock);
    this.#rules = rulesOf(ctx);
    this.#groups = new GroupCommit({
      store: (arrivals) => this.#store(arrivals),
      groupsUnderWay: 2,
      besideFrom: besideFrom[ctx.store.dialect],
      onClosed: () => ctx.wakeUps.wake('upload'),
    });
  }

  /**
   * Stores one request; resolves after it is on disk.
   *
   * @throws AppError the reason for which it was not stored
   */
  async accept(bytes: Uint8Array, door: string): Promise<Accepted> {
    try {
      const arrival = this.#read(bytes);
      const looking = checkTarget(this.targets, arrival);
      if (looking) await looking;
      return this.#answer(arrival, await this.#groups.accept(arrival), door);
    } catch (error) {
      this.#countRefusal(error, door);
      throw error;
    }
  }

  /**
   * Stores several at once, each answered as `accept` would: with an error where that throws it. A promise for each would
   * keep more in memory than the requests themselves.
   *
   * @param posts at most 256
   */
  async acceptAll(posts: readonly Uint8Array[], door: string): Promise<(Accepted | Error)[]> {
    const read = await Promise.all(posts.map((bytes) => this.#readChecked(bytes)));
    const arrivals = read.filter((one): one is Arrival => !(one instanceof Error));
    const stored = await this.#groups.acceptAll(arrivals).catch((error: Error) => error);
    let next = 0;
    return read.map((one) => {
      try {
        if (one instanceof Error) throw one;
        if (stored instanceof Error) throw stored;
        return this.#answer(one, stored[next++] as Acceptance, door);
      } catch (error) {
        this.#countRefusal(error, door);
        return error as Error;
      }
    });
  }

  #read(bytes: Uint8Array): Arrival {
    this.#ctx.callers.note();
    this.#gate.check();
    this.#checkRoom();
    return readArrival(bytes, this.#rules);
  }

  /** A promise only where a name has to be looked up. */
  #readChecked(bytes: Uint8Array): Arrival | Error | Promise<Arrival | Error> {
    try {
      const arrival = this.#read(bytes);
      const looking = checkTarget(this.targets, arrival);
      return looking
        ? looking.then(
            () => arrival,
            (error: Error) => error,
          )
        : arrival;
    } catch (error) {
      return error as Error;
    }
  }

  #answer({ customId }: Arrival, { kind }: Acceptance, door: string): Accepted {
    if (kind === 'conflict') {
      throw new AppError(
        'duplicate_custom_id',
        'Another request has this custom_id and other content. Choose another custom_id.',
        { pointer: '/custom_id' },
      );
    }
    if (kind === 'accepted') this.#ctx.metrics.requestsAccepted.inc({ door });
    return { customId, kind };
  }

  #countRefusal(error: unknown, door: string): void {
    const code = error instanceof AppError ? error.code : 'internal_error';
    this.#ctx.metrics.requestsRefused.inc({ door, code });
  }

  #checkRoom(): void {
    const { depth, waitingBytes } = this.#groups;
    if (depth <= this.#ctx.settings.INTAKE_MAX_WAITING && waitingBytes <= maxWaitingBytes) return;
    throw new AppError('overloaded', 'More requests wait to be stored than may.', { retryAfterS: 1 });
  }

  #store(arrivals: readonly Arrival[]) {
    return this.#ctx.store.acceptRequests({
      now: this.#ctx.clock.now(),
      limits: this.#rules.limits,
      maxAgeMs: this.#ctx.settings.BATCH_MAX_AGE_MS,
      arrivals,
    });
  }
}

/** Undefined when nothing has to be waited for. */
export function checkTarget(targets: TargetCheck, { destination }: Arrival): Promise<void> | undefined {
  return destination?.type === 'webhook' ? targets.check(destination.address) : undefined;
}

export function rulesOf(ctx: Context): IntakeRules {
  const channels = { rabbitmq: ctx.settings.RABBITMQ_URL.length > 0, prefixes: ctx.prefixes };
  return {
    channels,
    /** Read each time: operators may edit them. */
    get limits() {
      return limitsOf(ctx);
    },
  };
}

/** Closing limits as they are set. */
export function limitsOf({ settings }: Context): BatchLimits {
  return {
    maxRequests: settings.BATCH_MAX_REQUESTS,
    maxBytes: settings.BATCH_MAX_BYTES,
    maxEmbeddingInputs: settings.BATCH_MAX_EMBEDDING_INPUTS,
    maxTokens: settings.BATCH_MAX_TOKENS,
  };
}
