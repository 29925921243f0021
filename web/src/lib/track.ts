/** A batch's way, read from its transitions: what has passed, what stands, what is to come. */
import type { BatchState } from '../../../core/batch.ts';

/** The way on, in order. */
export const wayOn = [
  'building',
  'uploading',
  'uploaded',
  'waiting_for_capacity',
  'openai_processing',
  'openai_completed',
  'downloading',
  'ready_to_deliver',
  'delivering',
  'done',
] as const satisfies readonly BatchState[];

export const sideExits = ['failed', 'expired', 'cancelled'] as const satisfies readonly BatchState[];

export interface Stay {
  readonly state: BatchState;
  readonly from: number;
  /** Null: it stands there now. */
  readonly to: number | null;
}

interface Moved {
  readonly to: BatchState;
  readonly transitioned_at: string;
}

/** Every stay in its order. */
export function readStays(transitions: readonly Moved[]): Stay[] {
  return transitions.map(({ to, transitioned_at }, index) => {
    const next = transitions[index + 1];
    return {
      state: to,
      from: Date.parse(transitioned_at),
      to: next ? Date.parse(next.transitioned_at) : null,
    };
  });
}

export interface Box {
  readonly state: BatchState;
  readonly standing: 'passed' | 'current' | 'future' | 'skipped';
  /** Time spent there, all stays together. */
  readonly ms: number;
  /** The side exit that was taken from here. */
  readonly exit: BatchState | null;
}

/** @param end when the clock of the last stay stopped: now, or when nothing was owed any more */
export function readTrack(stays: readonly Stay[], current: BatchState, end: number): Box[] {
  const spent = new Map<BatchState, number>();
  for (const { state, from, to } of stays) {
    spent.set(state, (spent.get(state) ?? 0) + Math.max(0, (to ?? end) - from));
  }
  const visited = stays.map(({ state }) => state);
  const out = (sideExits as readonly BatchState[]).includes(current);
  const leftFrom = out
    ? visited.findLast((state) => !(sideExits as readonly BatchState[]).includes(state))
    : null;
  const reached = out ? wayOn.length : (wayOn as readonly BatchState[]).indexOf(current);
  return wayOn.map((state, index) => ({
    state,
    standing:
      state === current
        ? 'current'
        : spent.has(state)
          ? index < reached || out
            ? 'passed'
            : 'future'
          : index < reached
            ? 'skipped'
            : 'future',
    ms: spent.get(state) ?? 0,
    exit: leftFrom === state ? current : null,
  }));
}
