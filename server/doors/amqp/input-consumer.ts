/**
 * The door for requests that come through a queue: the same content and the same checks as `POST /api/requests`.
 *
 * A message is acknowledged after its request is on disk. One that can never be stored is set aside. Where the fault
 * is ours and passes (a store that does not answer), messages stay in hand and are tried again, after rests that grow.
 * After a quarter of an hour, and at once where intake is shut, the consumer lets go of everything, which puts it back
 * into the queue, and begins anew (decision 0036). One loop does all this, one consumer after the other, so that there
 * are never two.
 */
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { brokerSchedule, pauseAfter } from '../../../core/backoff.ts';
import { AppError } from '../../../core/errors.ts';
import type { BrokerLink } from '../../channels/rabbitmq/link.ts';
import { declareInputQueue, type Publisher } from '../../channels/rabbitmq/publisher.ts';
import type { Context } from '../../context.ts';
import type { Accepted, Intake } from '../../pipeline/1-intake/accept-request.ts';
import type { IntakeGate } from '../../pipeline/1-intake/intake-gate.ts';
import { ConsumerTurn } from './consumer-turn.ts';
import type { Rest, Verdict } from './messages-in-hand.ts';
import { setAside } from './set-aside.ts';

export interface InputConsumerOptions {
  readonly ctx: Context;
  readonly intake: Intake;
  readonly gate: IntakeGate;
  readonly link: BrokerLink;
  /** For dead letters. */
  readonly publisher: Publisher;
  readonly queue: string;
}

export interface ConsumerStanding {
  /** `resting`: after a fault, until its pause is over. */
  readonly state: 'off' | 'consuming' | 'resting';
  readonly reason: string | null;
}

/** Bytes in the hands of one consumer. Large messages make it take fewer at once. */
const mostBytes = 32_000_000;
/**
 * A message that is not acknowledged for 30 minutes ends the channel in RabbitMQ's way (`consumer_timeout`); half of it
 * leaves room for the last rest and the last try.
 */
const longestInHandMs = 15 * 60_000;
/** After this many windows of messages that were not too much, it takes twice as many again. */
const steadyWindows = 20;

const consuming: ConsumerStanding = { state: 'consuming', reason: null };

export class InputConsumer {
  readonly #options: InputConsumerOptions;
  readonly #stopping = new AbortController();
  #standing: ConsumerStanding = { state: 'off', reason: null };
  #prefetch: number;
  #faults = 0;
  #loop: Promise<void> | undefined;

  constructor(options: InputConsumerOptions) {
    this.#options = options;
    this.#prefetch = options.ctx.settings.RABBITMQ_PREFETCH;
  }

  get queue(): string {
    return this.#options.queue;
  }

  get standing(): ConsumerStanding {
    return this.#standing;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Takes nothing more; what is on its way is stored and acknowledged. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    this.#standing = { state: 'off', reason: null };
  }

  async #run(): Promise<void> {
    const { link, gate } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const connection = await link.whenOpen(signal);
        if (!connection) continue;
        gate.check();
        await this.#consume(connection);
      } catch (error) {
        this.#standing = { state: 'off', reason: (error as Error).message };
        // A lost connection has its own pauses.
        if (!signal.aborted && link.connection) await this.#rest(error as Error);
      }
    }
  }

  /** Pauses that grow until a request has been stored again. */
  async #rest({ message: why }: Error, inHand = 0, signal = this.#stopping.signal): Promise<void> {
    const { ctx, queue } = this.#options;
    this.#faults += 1;
    const pauseMs = Math.round(
      pauseAfter(brokerSchedule, this.#faults, ctx.random()) / ctx.settings.RETRY_FASTER,
    );
    this.#standing = { state: 'resting', reason: why };
    ctx.log.warn({ event: 'input_rests', queue, why, pauseMs, inHand });
    await ctx.clock.pause(pauseMs, signal);
  }

  /** With the messages in hand. @returns whether to try them again */
  async #restInHand({ fault, heldMs, messages, over }: Rest): Promise<boolean> {
    if (isShut(fault) || heldMs >= longestInHandMs) return false;
    await this.#rest(fault, messages, over);
    if (!over.aborted) this.#standing = consuming;
    return true;
  }

  /** @throws Error what ended the consumer, unless it was asked to */
  async #consume(connection: ChannelModel): Promise<void> {
    const { ctx, queue } = this.#options;
    const { signal } = this.#stopping;
    if (ctx.settings.RABBITMQ_DECLARE === 'true') await declareInputQueue(connection, queue);
    const turn = await ConsumerTurn.begin(connection, {
      queue,
      prefetch: this.#prefetch,
      name: `openai-batch-manager ${ctx.replica}`,
      clock: ctx.clock,
      onArrival: (turn) => this.#adjust(turn),
      take: (messages) => this.#take(messages),
      rest: (rest) => this.#restInHand(rest),
    });
    const stop = () => turn.end(null);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#standing = consuming;
    ctx.log.info({ event: 'input_open', queue, prefetch: this.#prefetch });
    const fault = await turn.ended;
    signal.removeEventListener('abort', stop);
    await turn.close(ctx.settings.DRAIN_MS);
    if (fault) throw fault;
  }

  /** AMQP bounds messages, not bytes. A new bound needs a new consumer, when this one is done with what it has. */
  #adjust(turn: ConsumerTurn): void {
    const wanted = this.#options.ctx.settings.RABBITMQ_PREFETCH;
    const { messages, bytes } = turn.inHand;
    if (bytes > mostBytes && this.#prefetch > 1) {
      this.#prefetch = Math.max(1, Math.min(this.#prefetch - 1, Math.floor((mostBytes / bytes) * messages)));
      turn.finish();
    } else if (this.#prefetch < wanted && turn.taken > steadyWindows * this.#prefetch) {
      this.#prefetch = Math.min(wanted, this.#prefetch * 2);
      turn.finish();
    }
  }

  /** Errors are faults of ours, or such as pass. */
  async #take(messages: readonly ConsumeMessage[]): Promise<(Verdict | Error)[]> {
    const fitting = messages.map((message) => this.#tooLarge(message) ?? message.content);
    const posts = fitting.filter((one): one is Buffer => !(one instanceof Error));
    const ends = await this.#options.intake.acceptAll(posts, 'amqp');
    let next = 0;
    return Promise.all(
      messages.map((message, index) => {
        const tooLarge = fitting[index];
        return this.#judge(
          message,
          tooLarge instanceof Error ? tooLarge : (ends[next++] as Accepted | Error),
        );
      }),
    );
  }

  #tooLarge({ content }: ConsumeMessage): AppError | null {
    const { metrics, settings } = this.#options.ctx;
    const limit = settings.BODY_LIMIT_BYTES;
    if (content.length <= limit) return null;
    metrics.requestsRefused.inc({ door: 'amqp', code: 'payload_too_large' });
    const why = `The message has ${content.length} bytes; a request may have ${limit}.`;
    return new AppError('payload_too_large', why);
  }

  /** A promise only for what has to be set aside. */
  #judge(message: ConsumeMessage, end: Accepted | Error): Verdict | Error | Promise<Verdict | Error> {
    const { ctx, publisher, queue } = this.#options;
    if (!(end instanceof Error)) return this.#conclude(end.kind === 'accepted' ? 'stored' : 'known');
    if (!isRefusal(end)) return end;
    return setAside({ ctx, publisher, queue, message, refusal: end }).then(
      (aside) => this.#conclude(aside),
      (error: Error) => error,
    );
  }

  #conclude(end: 'stored' | 'known' | Awaited<ReturnType<typeof setAside>>): Verdict {
    this.#faults = 0;
    this.#options.ctx.metrics.inputMessages.inc({ end });
    return end === 'rejected' ? 'reject' : 'acknowledge';
  }
}

/** The message is at fault and will be for ever; a pause of intake is not its fault. */
function isRefusal(error: Error): error is AppError {
  return error instanceof AppError && error.fate === 'expected' && error.code !== 'maintenance_mode';
}

/** Nothing can be stored until somebody opens intake, or there is room on the disk; no consumer begins before. */
function isShut(error: Error): boolean {
  return error instanceof AppError && (error.code === 'maintenance_mode' || error.code === 'disk_low');
}
