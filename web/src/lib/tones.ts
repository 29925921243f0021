/** Six tones, not one colour for each state: the tone says what to feel, the word and the icon say what it is. */
import type { BatchState, HandOver } from '../../../core/batch.ts';
import type { Outcome, RequestState } from '../../../core/request.ts';

export const tones = ['quiet', 'waiting', 'moving', 'good', 'watch', 'bad'] as const;
export type Tone = (typeof tones)[number];

export const batchTones = {
  building: 'quiet',
  uploading: 'moving',
  uploaded: 'waiting',
  waiting_for_capacity: 'waiting',
  openai_processing: 'moving',
  openai_completed: 'moving',
  downloading: 'moving',
  ready_to_deliver: 'moving',
  delivering: 'moving',
  done: 'good',
  failed: 'bad',
  expired: 'watch',
  cancelled: 'quiet',
} as const satisfies Record<BatchState, Tone>;

export const handOverTones = {
  delivered: 'good',
  partially_delivered: 'watch',
  delivery_failed: 'bad',
} as const satisfies Record<HandOver, Tone>;

export const requestTones = {
  pending: 'quiet',
  openai_processing: 'moving',
  openai_processed: 'good',
  failed: 'bad',
  expired: 'watch',
  cancelled: 'quiet',
  delivering: 'moving',
  delivered: 'good',
  delivery_failed: 'bad',
} as const satisfies Record<RequestState, Tone>;

export const outcomeTones = {
  succeeded: 'good',
  failed: 'bad',
  expired: 'watch',
  cancelled: 'quiet',
} as const satisfies Record<Outcome, Tone>;

/** As CSS knows it. */
export function toneColor(tone: Tone): string {
  return `var(--tone-${tone})`;
}

/** A state's word, read aloud: `waiting_for_capacity` → `waiting for capacity`. */
export function inWords(state: string): string {
  return state.replaceAll('_', ' ').replace('openai', 'OpenAI');
}
