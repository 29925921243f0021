/** Times as people give them: so long ago, or at that moment. */
import { UsageError } from './command.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Epoch milliseconds. */
export function readTime(option: string, text: string, now: number): number {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const at = amount === undefined ? Date.parse(text) : now - Number(amount) * (unitMs[unit] ?? 0);
  if (Number.isNaN(at) || at < 0) {
    throw new UsageError(`${option} must be like 90s, 15m, 2h, 7d or 2026-11-23T12:00:00Z, not "${text}".`);
  }
  return at;
}
