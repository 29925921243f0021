/**
 * Wake-ups: after a commit, whoever may have work now looks at once instead of at the next poll. In this process by an
 * event, in others by a notice of the database.
 */
import { EventEmitter } from 'node:events';
import type { BatchState } from '../../core/batch.ts';
import { type DriverName, driverOf } from '../../core/stages.ts';
import type { Notices } from '../store/store.ts';

/** Wake-ups carry no data: the row is the job, and the one who wakes reads it. */
export type WakeUp = DriverName | 'deliveries' | 'outcomes' | 'redeliveries' | 'upkeep' | 'settings';

export class WakeUps {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #notices: Notices | null;

  /** @param notices how other processes are told as well, where there may be some */
  constructor(notices: Notices | null = null) {
    this.#notices = notices;
    notices?.listen((word) => {
      if (word === null) this.#emitAll();
      else if (this.#emitter.listenerCount(word) > 0) this.#emitter.emit(word);
    });
  }

  /** Call after the commit. */
  wake(name: WakeUp): void {
    this.#emitter.emit(name);
    this.#notices?.send(name);
  }

  /** Wakes everybody in this process: much may have become due. */
  wakeAll(): void {
    this.#emitAll();
  }

  #emitAll(): void {
    for (const name of this.#emitter.eventNames()) this.#emitter.emit(name);
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
