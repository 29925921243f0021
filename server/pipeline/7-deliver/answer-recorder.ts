/**
 * Records answers in groups, one group at a time: a commit and what belongs to it are shared by all that were answered
 * within a few milliseconds.
 */
import type { Context } from '../../context.ts';
import { reach } from '../../engine/kill-points.ts';
import type { Delivered, RecordDeliveriesOutput } from '../../store/deliveries/record-deliveries.ts';

/** Recorded without waiting for more. */
const fullGroup = 100;
/** How long the first answer of a group waits for others. */
const gatherMs = 10;
const retryMs = 1_000;

export interface RecorderOptions {
  /** Fences every record. */
  readonly leaseToken: string;
  /** Told as a group goes to the store: what is ordered there now shares its commit. */
  readonly onRecording: () => void;
  /** Told after each group; null when it was given up at the stop. */
  readonly onRecorded: (output: RecordDeliveriesOutput | null) => void;
}

export class AnswerRecorder {
  readonly #ctx: Context;
  readonly #options: RecorderOptions;
  #waiting: Delivered[] = [];
  #beingRecorded = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of those that wait came. */
  #since = 0;
  #recording: Promise<void> | undefined;
  #stopping = false;

  constructor(ctx: Context, options: RecorderOptions) {
    this.#ctx = ctx;
    this.#options = options;
  }

  /** Answers that a kill would have asked for again. */
  get unrecorded(): number {
    return this.#waiting.length + this.#beingRecorded;
  }

  /** @param more whether others may follow soon */
  add(answer: Delivered, more: boolean): void {
    if (this.#waiting.length === 0) this.#since = performance.now();
    this.#waiting.push(answer);
    this.#arrange(more);
  }

  /** Resolves when everything is recorded that was added. */
  async stop(): Promise<void> {
    this.#stopping = true;
    while (this.unrecorded > 0) {
      this.#record();
      await this.#recording;
    }
  }

  #arrange(more: boolean): void {
    if (this.#recording) return;
    const isFull = this.#waiting.length >= fullGroup;
    const restMs = more && !isFull ? Math.ceil(this.#since + gatherMs - performance.now()) : 0;
    if (restMs <= 0) this.#record();
    else this.#timer ??= setTimeout(() => this.#record(), restMs);
  }

  #record(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#recording || this.#waiting.length === 0) return;
    this.#recording = this.#recordWaiting().then((output) => {
      this.#recording = undefined;
      this.#beingRecorded = 0;
      this.#options.onRecorded(output);
      if (this.#waiting.length > 0) this.#arrange(true);
    });
  }

  async #recordWaiting(): Promise<RecordDeliveriesOutput | null> {
    // What the same turn brings goes with it.
    await new Promise((resolve) => setImmediate(resolve));
    const attempts = this.#waiting;
    this.#waiting = [];
    this.#beingRecorded = attempts.length;
    reach('deliver: answers received, not recorded');
    const output = await this.#recordGroup(attempts);
    if (output) reach('deliver: recorded, driver not told');
    return output;
  }

  /** Again and again: these were sent. Only at the stop it gives up, and they will be sent once more. */
  async #recordGroup(attempts: readonly Delivered[]): Promise<RecordDeliveriesOutput | null> {
    const { store, clock, log, settings } = this.#ctx;
    const { leaseToken, onRecording } = this.#options;
    for (let tries = 0; ; tries++) {
      try {
        const recorded = store.recordDeliveries({
          leaseToken,
          now: clock.now(),
          faster: settings.RETRY_FASTER,
          attempts,
        });
        onRecording();
        return await recorded;
      } catch (error) {
        log.error({ event: 'delivery_record_failed', attempts: attempts.length, err: error });
        if (this.#stopping && tries >= 2) return null;
        await clock.pause(retryMs);
      }
    }
  }
}
