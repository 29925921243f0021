import { scheduler } from 'node:timers/promises';

/** Looks made one right after the other, before the process that is waited for is left the processor. */
const hurriedLooks = 50;

/**
 * Looks again and again until something holds. The limit is for what is broken, and wide: a busy machine must not reach it.
 *
 * @throws Error when it does not within the time
 */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (let looks = 0; !(await holds()); looks++) {
    if (performance.now() > deadline) throw new Error(`does not hold after ${withinMs} ms: ${holds}`);
    await (looks < hurriedLooks ? scheduler.yield() : scheduler.wait(5));
  }
}
