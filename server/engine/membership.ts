/**
 * This process among its peers. It says each second that it lives, and takes over from those that fell silent.
 * A replica that cannot say so stops working before the others may take it for dead: so two never act on one batch.
 */
import type { Context } from '../context.ts';
import type { Role, TakenOver } from '../store/replicas/beat-replica.ts';
import type { SharedClock } from './shared-clock.ts';

export const beatMs = 1_000;
/** After a failed one: the connection it went over is new then, and there is time for it before an absence. */
const repeatMs = 250;
/** Without a recorded sign of life for this long it lets go of all work. */
export const absentAfterMs = 5_000;
/** Others take it for dead after this: the difference is what a letting go may take. */
export const deadAfterMs = 9_000;

export interface MembershipOptions {
  readonly ctx: Context;
  readonly clock: SharedClock;
  readonly role: Role;
  readonly version: string;
  /** Let go of everything at once, since the leases may soon be somebody else's; resolves when that is done. */
  readonly onAbsent: () => Promise<void>;
  /** Work may be claimed again. */
  readonly onPresent: () => void;
}

export class Membership {
  readonly #options: MembershipOptions;
  readonly #stopping = new AbortController();
  readonly #startedAt: number;
  #loop: Promise<void> | undefined;
  #absence: NodeJS.Timeout | undefined;
  #present = false;
  #lettingGo: Promise<void> | undefined;
  #takingOver: Promise<void> | undefined;
  #leader = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Whether this replica does what one must do for all. */
  get leader(): boolean {
    return this.#leader && this.#present;
  }

  get present(): boolean {
    return this.#present;
  }

  /** Resolves when the first sign of life is recorded. */
  async start(): Promise<void> {
    await this.#beat();
    this.#loop = this.#run();
  }

  /** Gives back what is still held, so that others go on at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    clearTimeout(this.#absence);
    const { ctx, clock } = this.#options;
    await ctx.store
      .leaveReplica({ name: ctx.replica, now: clock.now() })
      .catch((error) => ctx.log.warn({ event: 'leave_failed', err: error }));
  }

  async #run(): Promise<void> {
    const { log } = this.#options.ctx;
    let failed = 0;
    while (!this.#stopping.signal.aborted) {
      // Back from an absence it says so at once; while nobody listens it does not ask without a rest.
      const restMs = failed > 0 ? repeatMs : this.#present || this.#lettingGo ? beatMs : 0;
      await this.#options.clock.pause(restMs, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      try {
        await this.#beat();
        if (failed > 0) log.info({ event: 'beats_again', failed });
        failed = 0;
      } catch (error) {
        // Once: it goes on for as long as the database is away.
        if (failed === 0) log.warn({ event: 'beat_failed', err: error });
        failed += 1;
      }
    }
  }

  async #beat(): Promise<void> {
    const { ctx, clock, role, version } = this.#options;
    await clock.synchronise();
    const sentAt = performance.now();
    const said = await ctx.store.beatReplica({
      name: ctx.replica,
      role,
      version,
      startedAt: this.#startedAt,
      now: clock.now(),
      deadAfterMs,
    });
    this.#leader = said.leader;
    if (said.silent > 0) this.#takeOver();
    if (!said.known && this.#present) this.#letGo();
    if (this.#lettingGo) await this.#comeBack();
    else if (performance.now() - sentAt < absentAfterMs) this.#stay(sentAt);
  }

  /** Beside the signs of life: it may have to wait for rows that others hold. */
  #takeOver(): void {
    const { ctx, clock } = this.#options;
    if (this.#takingOver) return;
    this.#takingOver = ctx.store
      .takeOverSilent({ name: ctx.replica, now: clock.now(), deadAfterMs })
      .then((takenOver) => this.#report(takenOver))
      .catch((error) => ctx.log.warn({ event: 'take_over_failed', err: error }))
      .finally(() => {
        this.#takingOver = undefined;
      });
  }

  #report(takenOver: TakenOver): void {
    const { log, wakeUps } = this.#options.ctx;
    if (takenOver.replicas.length === 0) return;
    log.info({ event: 'taken_over', ...takenOver });
    wakeUps.wakeAll();
  }

  #stay(since: number): void {
    clearTimeout(this.#absence);
    this.#absence = setTimeout(() => this.#letGo(), since + absentAfterMs - performance.now());
    this.#absence.unref();
    if (this.#present) return;
    this.#present = true;
    this.#options.onPresent();
  }

  #letGo(): void {
    clearTimeout(this.#absence);
    if (!this.#present) return;
    this.#present = false;
    this.#options.ctx.log.warn({ event: 'absent', why: 'its signs of life are not recorded' });
    this.#lettingGo = this.#options.onAbsent();
  }

  /** What it let go of is still in its name: given back, it is anybody's. The next beat begins anew. */
  async #comeBack(): Promise<void> {
    const { ctx, clock } = this.#options;
    await this.#lettingGo;
    await ctx.store.leaveReplica({ name: ctx.replica, now: clock.now() });
    this.#lettingGo = undefined;
    ctx.wakeUps.wakeAll();
  }
}
