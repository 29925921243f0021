/**
 * The line as data. Read this first.
 *
 * intake → build → upload → submit → poll → download → deliver
 *
 * Each stage has the batch states it works on. A driver of the same name claims due batches in those states,
 * does the work of the stage and moves the batch on; it never calls the next stage, whose driver sees the
 * move. `driverOf` is total: a state that nobody drives does not compile.
 */
import type { BatchState } from './batch.ts';

export const stages = [
  { name: 'intake', states: [], does: 'takes one request and stores it' },
  { name: 'build', states: ['building'], does: 'closes a batch that is old enough' },
  { name: 'upload', states: ['uploading'], does: 'streams the input file to the provider' },
  {
    name: 'submit',
    states: ['uploaded', 'waiting_for_capacity'],
    does: 'creates the batch at the provider, once, when there is room',
  },
  { name: 'poll', states: ['openai_processing'], does: 'follows the batch at the provider' },
  {
    name: 'download',
    states: ['openai_completed', 'downloading', 'failed', 'expired', 'cancelled'],
    does: 'fetches results and gives every request its outcome',
  },
  {
    name: 'deliver',
    states: ['ready_to_deliver', 'delivering'],
    does: 'hands every outcome to its destination',
  },
] as const satisfies readonly {
  readonly name: string;
  readonly states: readonly BatchState[];
  readonly does: string;
}[];

export type Stage = (typeof stages)[number]['name'];

/** A stage that is driven by batch rows. */
export type DriverName = Exclude<Stage, 'intake'>;

/** Who carries a batch out of each state. Null: nothing is owed. */
export const driverOf = {
  building: 'build',
  uploading: 'upload',
  uploaded: 'submit',
  waiting_for_capacity: 'submit',
  openai_processing: 'poll',
  openai_completed: 'download',
  downloading: 'download',
  ready_to_deliver: 'deliver',
  delivering: 'deliver',
  failed: 'download',
  expired: 'download',
  cancelled: 'download',
  done: null,
} as const satisfies Record<BatchState, DriverName | null>;

/** What can be paused: every driver, and the sending of single outcomes. */
export const pausableStages = ['build', 'upload', 'submit', 'poll', 'download', 'deliver', 'send'] as const;
export type PausableStage = (typeof pausableStages)[number];

export function isPausable(name: string): name is PausableStage {
  return (pausableStages as readonly string[]).includes(name);
}

export function doesOf(name: PausableStage): string {
  if (name === 'send') return 'sends single outcomes to their destinations';
  return stages.find((stage) => stage.name === name)?.does ?? '';
}

/** The states a driver works on. */
export function statesOf(driver: DriverName): readonly BatchState[] {
  return stages.find((stage) => stage.name === driver)?.states ?? [];
}
