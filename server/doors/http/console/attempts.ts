/** Limits guesses at a password: a handful for each address, and a bound for all of them together. */
import { AppError } from '../../../../core/errors.ts';

const windowMs = 60_000;
const mostFromOne = 5;
const mostFromAll = 100;

export class Attempts {
  #since = 0;
  #failures = new Map<string, number>();
  #all = 0;

  /** @throws AppError `too_many_attempts` */
  check(address: string, now: number): void {
    if (now - this.#since >= windowMs) {
      this.#since = now;
      this.#failures = new Map();
      this.#all = 0;
    }
    if ((this.#failures.get(address) ?? 0) < mostFromOne && this.#all < mostFromAll) return;
    throw new AppError('too_many_attempts', 'Too many sign-ins have failed. Wait a minute, then try again.', {
      retryAfterS: Math.max(1, Math.ceil((this.#since + windowMs - now) / 1_000)),
    });
  }

  failed(address: string): void {
    this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1);
    this.#all += 1;
  }
}
