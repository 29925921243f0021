/** Stopping one stage of the line for a while: one setting for all replicas, kept over restarts. */
import { AppError } from '../../core/errors.ts';
import { isPausable, type PausableStage, pausableStages } from '../../core/stages.ts';
import { pauseRowName } from '../config/live-settings.ts';
import type { Context } from '../context.ts';
import { refreshSettings } from './edit-settings.ts';

/** Nothing more is begun; what is under way ends. @throws AppError `not_found` */
export async function pauseStage(ctx: Context, name: string, actor: string): Promise<void> {
  const stage = findStage(name);
  const now = ctx.clock.now();
  // Whoever was first stays the one who paused it.
  await ctx.store.claimSetting({ name: pauseRowName(stage), value: 'true', actor, now });
  await told(ctx);
  ctx.log.info({ event: 'stage_paused', stage, actor });
}

/** @throws AppError `not_found` */
export async function resumeStage(ctx: Context, name: string, actor: string): Promise<void> {
  const stage = findStage(name);
  await ctx.store.removeSetting({ name: pauseRowName(stage) });
  await told(ctx);
  ctx.log.info({ event: 'stage_resumed', stage, actor });
  ctx.wakeUps.wake(stage === 'send' ? 'deliveries' : stage);
}

async function told(ctx: Context): Promise<void> {
  await refreshSettings(ctx);
  ctx.wakeUps.wake('settings');
}

function findStage(name: string): PausableStage {
  if (isPausable(name)) return name;
  throw new AppError(
    'not_found',
    `There is no stage ${JSON.stringify(name)} to pause. Stages: ${pausableStages.join(', ')}.`,
  );
}
