/** Lets long work share the event loop: nobody waits much longer than `sliceMs * mostAtOnce` for an answer. */

const sliceMs = 5;
const mostAtOnce = 3;

export interface Pacer {
  /** Whether the present slice is used up. Cheap enough to be asked every few lines. */
  isDue(): boolean;
  /** Lets everything else run before going on. */
  breathe(): Promise<void>;
  /** Runs long work when it is its turn; a few run at a time. */
  takeTurn<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createPacer(): Pacer {
  let sliceStartedAt = 0;
  let active = 0;
  const waiting: (() => void)[] = [];

  return {
    isDue: () => performance.now() - sliceStartedAt > sliceMs,
    async breathe() {
      await new Promise((resolve) => setImmediate(resolve));
      sliceStartedAt = performance.now();
    },
    async takeTurn(work) {
      if (active >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      else active++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) active--;
        else next();
      }
    },
  };
}
