/** In-process wake-ups: after a commit, whoever may have work now looks at once instead of at the next poll. */
import { EventEmitter } from 'node:events';
import type { BatchState } from '../../core/batch.ts';
import { type DriverName, driverOf } from '../../core/stages.ts';

/** Wake-ups carry no data: the row is the job, and the one who wakes reads it. */
export type WakeUp = DriverName | 'deliveries' | 'outcomes' | 'upkeep';

export class WakeUps {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** Call after the commit. */
  wake(name: WakeUp): void {
    this.#emitter.emit(name);
  }

  /** Wakes the driver of a state that a batch has just entered. */
  wakeFor(state: BatchState): void {
    const driver = driverOf[state];
    if (driver) this.wake(driver);
  }

  /** How many listen now. */
  listenerCount(name: WakeUp): number {
    return this.#emitter.listenerCount(name);
  }

  /** @returns a function that stops the listening */
  on(name: WakeUp, listener: () => void): () => void {
    this.#emitter.on(name, listener);
    return () => this.#emitter.off(name, listener);
  }
}
