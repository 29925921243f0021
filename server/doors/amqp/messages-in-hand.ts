/**
 * Messages that were received and are not settled.
 *
 * They are taken by the handful. Those that meet a fault stay in hand, unacknowledged, and are tried again after a rest:
 * to put them back would be a failed delivery, which the broker counts (decision 0036). Whoever comes meanwhile waits
 * behind them.
 */
import type { ConsumeMessage } from 'amqplib';
import type { Clock } from '../../engine/clock.ts';

export type Verdict = 'acknowledge' | 'reject';

/** Looks at some messages and says of each what to tell the broker; an error is a fault, and it must be tried again. */
export type TakeMessages = (messages: readonly ConsumeMessage[]) => Promise<readonly (Verdict | Error)[]>;

export interface Rest {
  readonly fault: Error;
  /** How long the oldest of those that met a fault has been in hand. */
  readonly heldMs: number;
  /** In hand, all of them. */
  readonly messages: number;
  /** Aborted when nobody waits for the end of the rest any more. */
  readonly over: AbortSignal;
}

export interface InHandOptions {
  readonly clock: Clock;
  readonly take: TakeMessages;
  /** Rests after a fault. Resolves with whether to try the same messages again, or to let go of all. */
  readonly rest: (rest: Rest) => Promise<boolean>;
  readonly onSettled: () => void;
  readonly onLetGo: (fault: Error) => void;
  /** From here on nothing is tried again. */
  readonly over: AbortSignal;
}

export interface Taken {
  readonly message: ConsumeMessage;
  /** Epoch milliseconds. */
  readonly arrivedAt: number;
  /** Open until it is known what to tell the broker. */
  state: 'open' | Verdict;
}

/** Messages that are taken together at most; with them goes one group to the store. */
const mostTogether = 256;

export class MessagesInHand {
  readonly #options: InHandOptions;
  readonly #underWay = new Set<Promise<void>>();
  /** Not looked at yet: they came in this turn of the event loop, or during a rest. */
  #arrived: Taken[] = [];
  /** Met a fault. */
  #held: Taken[] = [];
  #isResting = false;
  #messages = 0;
  #bytes = 0;

  constructor(options: InHandOptions) {
    this.#options = options;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(message: ConsumeMessage): Taken {
    const taken: Taken = { message, arrivedAt: this.#options.clock.now(), state: 'open' };
    this.#messages += 1;
    this.#bytes += message.content.length;
    this.#arrived.push(taken);
    return taken;
  }

  /** Takes whatever was added; during a rest it waits for its end. */
  takeArrived(): void {
    if (this.#isResting) return;
    while (this.#arrived.length > 0) {
      const some = this.#arrived.splice(0, mostTogether);
      const taking = this.#take(some).finally(() => this.#underWay.delete(taking));
      this.#underWay.add(taking);
    }
  }

  /** Resolves when nothing is being taken; what met a fault is still in hand then. */
  async whenTaken(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #take(some: readonly Taken[]): Promise<void> {
    const { take, onSettled } = this.#options;
    const messages = some.map(({ message }) => message);
    const verdicts = await take(messages).catch((error: Error) => messages.map(() => error));
    let fault: Error | undefined;
    for (const [index, taken] of some.entries()) {
      const verdict = verdicts[index] ?? new Error('A message was left without a verdict.');
      if (verdict instanceof Error) {
        fault ??= verdict;
        this.#held.push(taken);
      } else this.#settle(taken, verdict);
    }
    onSettled();
    if (fault) void this.#restAndRepeat(fault);
  }

  #settle(taken: Taken, verdict: Verdict): void {
    taken.state = verdict;
    this.#messages -= 1;
    this.#bytes -= taken.message.content.length;
  }

  /** One rest for all that met a fault. After it they come first, in the order in which they arrived. */
  async #restAndRepeat(fault: Error): Promise<void> {
    const { clock, rest, over, onLetGo } = this.#options;
    if (this.#isResting || over.aborted) return;
    this.#isResting = true;
    const heldMs = clock.now() - Math.min(...this.#held.map(({ arrivedAt }) => arrivedAt));
    const again = await rest({ fault, heldMs, messages: this.#messages, over });
    if (over.aborted) return;
    if (!again) {
      onLetGo(fault);
      return;
    }
    this.#isResting = false;
    this.#arrived = [...this.#held, ...this.#arrived].toSorted(byArrival);
    this.#held = [];
    this.takeArrived();
  }
}

function byArrival(one: Taken, other: Taken): number {
  return one.message.fields.deliveryTag - other.message.fields.deliveryTag;
}
