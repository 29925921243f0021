/** What a scheduler could do that knows the cap, the size of each batch, and when each ends. */
export interface Work {
  readonly tokens: number;
  /** How long it counts towards the cap. */
  readonly heldMs: number;
}

/**
 * Milliseconds until everything is done, the oldest that fits first, each batch beginning at the very moment at which
 * there is room.
 *
 * @param leadMs from creation to the moment at which the first batch counts
 */
export function perfectScheduleMs(work: readonly Work[], cap: number, leadMs: number): number {
  const waiting = [...work];
  let running: { readonly until: number; readonly tokens: number }[] = [];
  let now = leadMs;
  while (waiting.length > 0) {
    let held = running.reduce((sum, { tokens }) => sum + tokens, 0);
    for (let index = 0; index < waiting.length; ) {
      const next = waiting[index] as Work;
      if (held + next.tokens > cap) {
        index += 1;
        continue;
      }
      held += next.tokens;
      running.push({ until: now + next.heldMs, tokens: next.tokens });
      waiting.splice(index, 1);
    }
    if (running.length === 0) throw new Error('a batch is larger than the cap');
    now = Math.min(...running.map(({ until }) => until));
    const at = now;
    running = running.filter(({ until }) => until > at);
  }
  return Math.max(now, ...running.map(({ until }) => until));
}
