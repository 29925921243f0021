/** Puts the parts together. Nothing is decided here, and nothing starts by itself. */
import type { Logger } from 'pino';
import type { DestinationType } from '../../core/destination.ts';
import type { DriverName } from '../../core/stages.ts';
import { type Lookup, NetworkGuard } from '../channels/network-guard.ts';
import type { Channel } from '../channels/port.ts';
import { RabbitmqChannel } from '../channels/rabbitmq/channel.ts';
import { WebhookChannel } from '../channels/webhook.ts';
import { LiveSettings } from '../config/live-settings.ts';
import { readPrivateNetworks } from '../config/private-networks.ts';
import type { ReadSettings } from '../config/read-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { Context } from '../context.ts';
import { type HttpServer, makeHttpServer } from '../doors/http/http-server.ts';
import type { Clock } from '../engine/clock.ts';
import { Driver, type Work } from '../engine/driver.ts';
import { lookBack } from '../engine/look-back.ts';
import type { Membership } from '../engine/membership.ts';
import { Upkeep } from '../engine/upkeep.ts';
import { makeLogger } from '../logger.ts';
import { watchConditions } from '../operator/alerts/watch.ts';
import { refreshSettings } from '../operator/edit-settings.ts';
import { OrphanDuty } from '../operator/orphans/orphan-duty.ts';
import { reprice } from '../operator/prices.ts';
import { Intake } from '../pipeline/1-intake/accept-request.ts';
import { IntakeGate } from '../pipeline/1-intake/intake-gate.ts';
import { refreshPrefixes } from '../pipeline/1-intake/path-prefixes.ts';
import { closeOldBatch } from '../pipeline/2-build/close-old-batch.ts';
import { uploadBatch } from '../pipeline/3-upload/upload-batch.ts';
import { submitBatch } from '../pipeline/4-submit/submit-batch.ts';
import { pollBatch } from '../pipeline/5-poll/poll-batch.ts';
import { downloadBatch } from '../pipeline/6-download/download-batch.ts';
import { confirmWindow } from '../pipeline/7-deliver/configure-destination.ts';
import { deliverBatch } from '../pipeline/7-deliver/deliver-batch.ts';
import { Dispatcher, type Places } from '../pipeline/7-deliver/dispatcher.ts';
import { HeldBackDuty } from '../pipeline/7-deliver/held-back-duty.ts';
import { type Broker, makeBroker } from './broker.ts';
import { makeContext } from './context.ts';
import { makeMembership } from './replica.ts';

/** Everything that runs, ready to be started. */
export interface Service {
  readonly ctx: Context;
  readonly gate: IntakeGate;
  readonly http: HttpServer;
  readonly drivers: readonly Driver[];
  /** One for each kind of destination. */
  readonly dispatchers: readonly Dispatcher[];
  /** Redeliveries, and what broken destinations hold back. */
  readonly heldBack: HeldBackDuty;
  readonly upkeep: Upkeep;
  /** Null where RABBITMQ_URL is not set. */
  readonly broker: Broker | null;
  /** Null where one process owns the database alone. */
  readonly membership: Membership | null;
  /** Set before anything is stopped. */
  readonly state: { stopping: boolean };
}

const stageWork: Record<
  DriverName,
  { readonly work: Work; readonly places: (settings: Settings) => number }
> = {
  build: { work: closeOldBatch, places: () => 10 },
  upload: { work: uploadBatch, places: (settings) => settings.UPLOAD_CONCURRENCY },
  submit: { work: submitBatch, places: (settings) => settings.SUBMIT_CONCURRENCY },
  poll: { work: pollBatch, places: (settings) => settings.POLL_CONCURRENCY },
  download: { work: downloadBatch, places: (settings) => settings.DOWNLOAD_CONCURRENCY },
  deliver: { work: deliverBatch, places: () => 10 },
};

/** Messages in flight, by kind of destination: all together, and to one where its policy says nothing. */
const placesOfType: Record<DestinationType, (settings: Settings) => Places> = {
  webhook: (settings) => ({
    concurrency: settings.DELIVERY_CONCURRENCY,
    perDestination: settings.DELIVERY_PER_DESTINATION,
  }),
  rabbitmq: () => ({ concurrency: confirmWindow, perDestination: confirmWindow }),
};

/** What is given from outside, tests above all. */
export interface Given {
  readonly log?: Logger;
  /** Where the settings came from, to be shown. */
  readonly sources?: ReadSettings['sources'];
  /** Tests move time instead of waiting. */
  readonly clock?: Clock;
  /** Resolves the names of receivers. */
  readonly lookup?: Lookup;
  /** Where the built console is, when it does not stand beside the program. */
  readonly consoleFolder?: string;
}

export async function composeService(settings: Settings, given: Given = {}): Promise<Service> {
  const { log = makeLogger(settings), clock, lookup, sources, ...place } = given;
  const live = new LiveSettings(settings, sources);
  const channels: Partial<Record<DestinationType, Channel>> = {};
  const guard = new NetworkGuard(readPrivateNetworks(settings), lookup);
  const ctx = await makeContext({ settings: live.settings, live, log, channels, guard }, clock);
  const state = { stopping: false };
  const gate = new IntakeGate(ctx);
  const intake = new Intake(ctx, gate);
  const broker = makeBroker(ctx, intake, gate);
  channels.webhook = new WebhookChannel(ctx);
  channels.rabbitmq = new RabbitmqChannel(broker?.publisher ?? null, ctx.clock);
  const workers = makeWorkers(ctx);
  const membership = makeMembership(ctx, [...workers.drivers, ...workers.dispatchers], () => state.stopping);
  const upkeep = makeUpkeep(ctx, gate, membership);
  const http = await makeHttpServer({
    ctx,
    intake,
    gate,
    broker,
    accepting: () => !state.stopping,
    engine: () => describeEngine(workers, upkeep),
    ...place,
  });
  const heldBack = new HeldBackDuty(ctx);
  return { ctx, gate, http, ...workers, heldBack, upkeep, broker, membership, state };
}

type Workers = Pick<Service, 'drivers' | 'dispatchers'>;

/** Who carries batches from stage to stage, and outcomes to their destinations. */
function makeWorkers(ctx: Context): Workers {
  const drivers = (Object.keys(stageWork) as DriverName[]).map((name) => {
    const { work, places } = stageWork[name];
    return new Driver({ name, ctx, concurrency: places(ctx.settings), work });
  });
  const dispatchers = (Object.entries(ctx.channels) as [DestinationType, Channel][]).map(
    ([type, channel]) => new Dispatcher(ctx, { type, channel, ...placesOfType[type](ctx.settings) }),
  );
  return { drivers, dispatchers };
}

/** What is done again and again beside the line; some of it by one replica for all. */
function makeUpkeep(ctx: Context, gate: IntakeGate, membership: Membership | null): Upkeep {
  const leads = () => ctx.settings.ROLE !== 'api' && (membership === null || membership.leader);
  const orphans = new OrphanDuty(ctx);
  const refresh = [() => gate.refresh(), () => refreshSettings(ctx)];
  ctx.wakeUps.on(
    'settings',
    () =>
      void Promise.all(refresh.map((again) => again())).catch((error) =>
        ctx.log.warn({ event: 'settings_not_read', err: error }),
      ),
  );
  return new Upkeep(
    ctx,
    [
      // A fail-over may be over before anybody was absent. Upkeep is woken when the listening connection is made anew.
      async () => (membership === null ? undefined : lookBack(ctx)),
      ...refresh,
      async () => (leads() ? watchConditions(ctx, gate.diskLow) : undefined),
      async () => (leads() ? orphans.runOnce() : undefined),
      async () => (leads() ? reprice(ctx) : undefined),
      () => refreshPrefixes(ctx),
    ],
    leads,
  );
}

/** The engine as the console shows it. */
function describeEngine({ drivers, dispatchers }: Workers, { everyMs, lastRound }: Upkeep) {
  return {
    drivers: drivers.map(({ name, busy, slots }) => ({ name, busy, slots })),
    sender: {
      busy: dispatchers.reduce((sum, { busy }) => sum + busy, 0),
      slots: dispatchers.reduce((sum, { slots }) => sum + slots, 0),
    },
    upkeep: { everyMs, lastAt: lastRound?.at ?? null, lastMs: lastRound?.ms ?? null },
  };
}
