/** Which stages are paused, since when, by whom. */
import type { Static } from 'typebox';
import { endStates } from '../../core/batch.ts';
import type { StagesSchema } from '../../core/contract/stages.ts';
import { doesOf, driverOf, pausableStages } from '../../core/stages.ts';
import type { LiveSettings } from '../config/live-settings.ts';
import type { BatchRow } from '../store/rows.ts';
import type { Condition } from './overview.ts';
import { isoTime, isoTimeOrNull } from './times.ts';

export type StagesView = Static<typeof StagesSchema>;

export function stagesView(live: LiveSettings): StagesView {
  return {
    data: pausableStages.map((name) => {
      const pause = live.pauseOf(name);
      return {
        name,
        does: doesOf(name),
        paused: pause !== undefined,
        paused_at: isoTimeOrNull(pause?.at ?? null),
        paused_by: pause?.by ?? null,
      };
    }),
  };
}

type Held = Pick<BatchRow, 'state' | 'settled_at' | 'delivering_count'>;

/** Who has to do the next thing for a batch; null: nobody. */
function nextStageOf({ state, settled_at: settled, delivering_count: delivering }: Held) {
  // A hand-over that has begun goes on outcome by outcome, whatever the state of the batch is.
  if (delivering > 0 && (state === 'delivering' || settled !== null)) return 'send';
  return (endStates as readonly string[]).includes(state) && settled !== null ? null : driverOf[state];
}

/** The pause that a batch waits for. */
export function pausedStageOf(live: LiveSettings, row: Held) {
  const name = nextStageOf(row);
  const pause = name === null ? undefined : live.pauseOf(name);
  return name && pause ? { name, paused_at: isoTime(pause.at), paused_by: pause.by } : null;
}

/** A pause is easily forgotten. */
export function pausedStages(live: LiveSettings): Condition[] {
  return pausableStages.flatMap((name) => {
    const pause = live.pauseOf(name);
    if (pause === undefined) return [];
    const message = `Stage ${name} is paused since ${isoTime(pause.at)} by ${pause.by}: what needs it waits.`;
    return [{ id: `stage_paused:${name}`, kind: 'stage_paused', message }];
  });
}
