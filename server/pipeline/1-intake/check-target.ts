/**
 * Refuses a webhook that could never be delivered, before anything is paid for it. A literal address is judged at
 * once. A name is resolved once and remembered: for a known destination this is a look into a map. A name whose time is
 * over is looked up again beside the request that uses it; one that nobody has named for long, before it.
 */
import { AppError } from '../../../core/errors.ts';
import { AddressRefused, type NetworkGuard } from '../../channels/network-guard.ts';
import type { Clock } from '../../engine/clock.ts';

/** A verdict is believed for this long; one without an answer of the resolver for less. */
const believedMs = 60_000;
const unresolvedMs = 5_000;
/** An older verdict says nothing any more. */
const oldestMs = 10 * 60_000;
/** A resolver that takes longer is not waited for: the attempt checks again. */
const patienceMs = 2_000;
const mostRemembered = 10_000;

interface Verdict {
  /** Why it is refused, or null. */
  readonly refusal: string | null;
  readonly at: number;
  readonly until: number;
}

export class TargetCheck {
  readonly #guard: NetworkGuard;
  readonly #clock: Clock;
  readonly #verdicts = new Map<string, Verdict>();
  readonly #underWay = new Map<string, Promise<Verdict>>();

  constructor(guard: NetworkGuard, clock: Clock) {
    this.#guard = guard;
    this.#clock = clock;
  }

  /**
   * @param address the origin of a webhook, with a path prefix or without
   * @returns undefined when it is known to be good, else a promise
   * @throws AppError `validation_error`, or rejects with it
   */
  check(address: string): Promise<void> | undefined {
    const known = this.#verdicts.get(address);
    const now = this.#clock.now();
    if (!known || now - known.at > oldestMs) return this.#look(address).then(obey);
    if (known.until < now) void this.#look(address);
    obey(known);
    return undefined;
  }

  #look(address: string): Promise<Verdict> {
    const running = this.#underWay.get(address);
    if (running) return running;
    const looking = this.#judge(new URL(address).hostname)
      .then((verdict) => {
        if (this.#verdicts.size >= mostRemembered) this.#verdicts.clear();
        this.#verdicts.set(address, verdict);
        return verdict;
      })
      .finally(() => this.#underWay.delete(address));
    this.#underWay.set(address, looking);
    return looking;
  }

  async #judge(hostname: string): Promise<Verdict> {
    const late = new AbortController();
    const waited = this.#clock.pause(patienceMs, late.signal).then(() => null);
    const asked = this.#guard.resolve(hostname).then(
      () => ({ refusal: null, believedMs }),
      (error: unknown) => {
        // A name that does not resolve now may do so when there is something to deliver.
        return error instanceof AddressRefused
          ? { refusal: error.message, believedMs }
          : { refusal: null, believedMs: unresolvedMs };
      },
    );
    const verdict = (await Promise.race([asked, waited])) ?? { refusal: null, believedMs: unresolvedMs };
    late.abort();
    const at = this.#clock.now();
    return { refusal: verdict.refusal, at, until: at + verdict.believedMs };
  }
}

function obey({ refusal }: Verdict): void {
  if (refusal === null) return;
  throw new AppError('validation_error', `must not lead there: ${refusal}`, {
    pointer: '/delivery_config/webhook_url',
  });
}
