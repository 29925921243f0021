/** What the engine is doing: drivers and their slots, leases, what went wrong last, sweeps. */
import type { ActivityView, DriverView, SweepView, WorkView } from '../../core/contract/console.ts';
import { type DriverName, doesOf, type PausableStage, stages } from '../../core/stages.ts';
import type { Context } from '../context.ts';
import type { WorkRow } from '../store/read/activity.ts';
import { replicaViews } from './replica-views.ts';
import { isoTime, isoTimeOrNull } from './times.ts';

/** What this process knows of itself, beside the rows. */
export interface EngineFigures {
  readonly drivers: readonly { readonly name: DriverName; readonly busy: number; readonly slots: number }[];
  readonly sender: { readonly busy: number; readonly slots: number };
  readonly upkeep: {
    readonly everyMs: number;
    readonly lastAt: number | null;
    readonly lastMs: number | null;
  };
}

const mostRows = 100;

export async function activity(
  ctx: Context,
  engine: EngineFigures,
  gate: { readonly paused: unknown; readonly diskLow: boolean },
): Promise<ActivityView> {
  const { store, clock } = ctx;
  const now = clock.now();
  const [due, states, totals, leases, troubled, replicas] = await Promise.all([
    store.countDue({ now }),
    store.countBatches(),
    store.countRequests(),
    store.listLeases({ now, limit: mostRows }),
    store.listTroubled({ limit: mostRows }),
    replicaViews(ctx),
  ]);
  const drivers = engine.drivers.map(({ name, busy, slots }): DriverView => {
    const stage = stages.find((one) => one.name === name);
    const own: readonly string[] = stage?.states ?? [];
    const mine = states.filter(({ state }) => own.includes(state) && !isRest(state));
    const oldest = mine.map(({ oldestAt }) => oldestAt).sort((a, b) => a - b)[0];
    return {
      stage: name,
      does: doesOf(name),
      states: stage?.states ?? [],
      busy,
      slots,
      due: due.filter(({ state }) => own.includes(state)).reduce((sum, row) => sum + row.due, 0),
      waiting: mine.reduce((sum, row) => sum + row.batches, 0),
      oldest_at: isoTimeOrNull(oldest ?? null),
      ...pauseView(ctx, name),
    };
  });
  return {
    drivers: [...drivers, { ...senderView(engine, totals.delivering), ...pauseView(ctx, 'send') }],
    leases: leases.map(workView),
    troubled: troubled.map(workView),
    sweeps: [sweepView(engine)],
    intake: { paused: gate.paused !== null, disk_low: gate.diskLow },
    replicas,
    replica: ctx.replica,
    database: store.dialect,
    now: isoTime(now),
  };
}

/** Batches that rest in these words owe nothing more once they are settled. */
function isRest(state: string): boolean {
  return state === 'failed' || state === 'expired' || state === 'cancelled';
}

function pauseView({ live }: Context, stage: PausableStage) {
  const pause = live.pauseOf(stage);
  return { paused_at: isoTimeOrNull(pause?.at ?? null), paused_by: pause?.by ?? null };
}

function senderView(
  { sender }: EngineFigures,
  delivering: number,
): Omit<DriverView, 'paused_at' | 'paused_by'> {
  return {
    stage: 'send',
    does: doesOf('send'),
    states: [],
    busy: sender.busy,
    slots: sender.slots,
    due: 0,
    waiting: delivering,
    oldest_at: null,
  };
}

function sweepView({ upkeep: { everyMs, lastAt, lastMs } }: EngineFigures): SweepView {
  return {
    name: 'upkeep',
    does: 'retention, files to remove at OpenAI, disk space, alerts',
    every_ms: everyMs,
    last_at: isoTimeOrNull(lastAt),
    last_ms: lastMs,
    next_at: lastAt === null ? null : isoTime(lastAt + everyMs),
  };
}

function workView(row: WorkRow): WorkView {
  return {
    batch_id: row.id,
    model: row.model,
    endpoint: row.endpoint,
    state: row.state,
    state_at: isoTime(row.state_at),
    owner: row.lease_owner,
    until: isoTimeOrNull(row.lease_until),
    tries: row.tries,
    last_error: row.last_error,
    last_error_at: isoTimeOrNull(row.last_error_at),
    next_try_at: isoTimeOrNull(row.due_at),
  };
}
