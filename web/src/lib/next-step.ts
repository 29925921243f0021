/** What happens next to a batch, in words. */
import type { BatchState } from '../../../core/batch.ts';
import { relative } from './time.ts';

interface Standing {
  readonly state: BatchState;
  readonly next_try_at: string | null;
  readonly tries: number;
  readonly cancel_requested_at: string | null;
  readonly restart_requested_at: string | null;
  readonly settled_at: string | null;
  readonly delivering_count: number;
  readonly openai_status: string | null;
  readonly paused_stage: {
    readonly name: string;
    readonly paused_at: string;
    readonly paused_by: string;
  } | null;
}

export function nextStep(batch: Standing, now: number): string {
  const pause = batch.paused_stage;
  if (pause) {
    const since = relative(Date.parse(pause.paused_at), now);
    // Intake closes a full batch, and a person any, without the stage.
    const effect =
      batch.state === 'building'
        ? 'only a limit or "Upload now" closes this batch'
        : 'this batch waits until it is resumed';
    return `Stage ${pause.name} was paused ${since} by ${pause.paused_by}: ${effect}.`;
  }
  if (batch.cancel_requested_at && batch.state !== 'cancelled') {
    return 'Cancelling: OpenAI is told, and what it has finished is still delivered.';
  }
  if (batch.restart_requested_at) {
    return 'Restarting: its requests that ended only because it failed are taken back.';
  }
  const at = batch.next_try_at === null ? null : Date.parse(batch.next_try_at);
  const when = at === null || at <= now ? 'now' : relative(at, now);
  if (batch.tries > 0 && at !== null) return `Try ${batch.tries + 1} ${when}.`;
  return sentences[batch.state](when, batch);
}

type Sentence = (when: string, batch: Standing) => string;
const settle: Sentence = (when, { settled_at: settled, delivering_count: left }) =>
  settled === null
    ? `Reads what OpenAI has finished, ${when}.`
    : left > 0
      ? `${left} outcomes are still on their way.`
      : 'Nothing is owed any more.';

const sentences: Readonly<Record<BatchState, Sentence>> = {
  building: (when) => `Takes requests; closes ${when}, or as soon as a limit is reached.`,
  uploading: (when) => `Its file is sent to OpenAI, ${when}.`,
  uploaded: (when) => `Is created at OpenAI, ${when}.`,
  waiting_for_capacity: (when) => `Tries again ${when}.`,
  openai_processing: (when, { openai_status: word }) =>
    `OpenAI says "${word ?? 'nothing yet'}"; asked again ${when}.`,
  openai_completed: (when) => `Results are fetched, ${when}.`,
  downloading: (when) => `Results are fetched and split, ${when}.`,
  ready_to_deliver: (when) => `Deliveries begin, ${when}.`,
  delivering: (_when, { delivering_count: left }) => `${left} outcomes are on their way.`,
  done: () => 'Nothing is owed any more.',
  failed: settle,
  expired: settle,
  cancelled: settle,
};
