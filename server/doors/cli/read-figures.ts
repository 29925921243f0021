/** The service's figures, read from /metrics and /api/intake: what `status` and `watch` show. */
import { batchStates } from '../../../core/batch.ts';
import type { Service } from './service.ts';

export interface StateFigures {
  readonly state: string;
  readonly batches: number;
  readonly requests: number;
  /** How long the oldest batch has stood in this state. */
  readonly oldestSeconds: number;
}

export interface Figures {
  /** Only states that hold a batch, in the order of the line. */
  readonly states: readonly StateFigures[];
  readonly delivering: number;
  readonly delivered: number;
  readonly deliveryFailed: number;
  readonly listUsd: number;
  readonly paidUsd: number;
  /** "open", "paused since …" or why it is shut. */
  readonly intake: string;
  readonly capacity: Capacity;
}

/** What of `/api/capacity` is shown here. */
export interface Capacity {
  readonly funding: { readonly blocked: boolean; readonly message: string | null };
  readonly families: readonly {
    readonly family: string;
    readonly cap: number;
    readonly cap_source: string;
    readonly reserved: number;
    readonly batches: number;
    readonly waiting_batches: number;
    readonly frees_next: number | null;
    readonly held_until: string | null;
  }[];
}

export async function readFigures(service: Service): Promise<Figures> {
  const [text, capacity, intake, ready] = await Promise.all([
    service.text('/metrics'),
    service.json<Capacity>('/api/capacity'),
    service.json<{ paused: boolean; since: string | null; by: string | null }>('/api/intake'),
    service.answer('/ready', {}),
  ]);
  const samples = readSamples(text);
  const of = (name: string, label: string) => samples.get(`openai_batch_manager_${name}{${label}}`) ?? 0;
  const states = batchStates.map((state) => ({
    state,
    batches: of('batches', `state="${state}"`),
    requests: of('batch_requests', `state="${state}"`),
    oldestSeconds: of('oldest_batch_seconds', `state="${state}"`),
  }));
  return {
    states: states.filter(({ batches }) => batches > 0),
    delivering: of('deliveries', 'state="delivering"'),
    delivered: of('deliveries', 'state="delivered"'),
    deliveryFailed: of('deliveries', 'state="delivery_failed"'),
    listUsd: of('usd', 'kind="list"'),
    paidUsd: of('usd', 'kind="paid"'),
    capacity,
    intake: intake.paused ? `paused since ${intake.since} by ${intake.by}` : readIntake(ready.text),
  };
}

/** Prometheus' text: `name{labels} value`. */
function readSamples(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (!line.startsWith('#') && space > 0) samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

function readIntake(ready: string): string {
  try {
    return (JSON.parse(ready) as { checks: { intake: string } }).checks.intake;
  } catch {
    return 'unknown';
  }
}
