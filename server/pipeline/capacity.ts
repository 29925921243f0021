/** What admission and rejections need from the settings and from chance. */
import type { CapRules } from '../../core/capacity/caps.ts';
import type { Tier } from '../../core/capacity/tiers.ts';
import type { Context } from '../context.ts';

export interface Pace {
  readonly rules: CapRules;
  readonly spread: number;
  readonly faster: number;
  readonly now: number;
}

export function capRules({ settings }: Pick<Context, 'settings'>): CapRules {
  const tier = settings.OPENAI_TIER;
  return { overrides: settings.TOKEN_CAPS, tier: tier === 'unknown' ? null : (tier as Tier) };
}

export function paceOf(ctx: Context): Pace {
  return {
    rules: capRules(ctx),
    spread: ctx.random(),
    faster: ctx.settings.RETRY_FASTER,
    now: ctx.clock.now(),
  };
}
