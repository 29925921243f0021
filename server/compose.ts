/** Puts the parts together. Nothing is decided here, and nothing starts by itself. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { DriverName } from '../core/stages.ts';
import type { Channel } from './channels/port.ts';
import { RabbitmqChannel } from './channels/rabbitmq/channel.ts';
import { makeSecret } from './channels/signature.ts';
import { WebhookChannel } from './channels/webhook.ts';
import { type Broker, makeBroker } from './compose-broker.ts';
import { keepSecret } from './config/secrets.ts';
import type { Settings } from './config/settings.ts';
import type { Context } from './context.ts';
import { type HttpServer, makeHttpServer } from './doors/http/http-server.ts';
import { systemClock } from './engine/clock.ts';
import { Driver, type Work } from './engine/driver.ts';
import { Upkeep } from './engine/upkeep.ts';
import { WakeUps } from './engine/wake-ups.ts';
import { makeLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { watchConditions } from './operator/alerts/watch.ts';
import { Intake } from './pipeline/1-intake/accept-request.ts';
import { IntakeGate } from './pipeline/1-intake/intake-gate.ts';
import { closeOldBatch } from './pipeline/2-build/close-old-batch.ts';
import { uploadBatch } from './pipeline/3-upload/upload-batch.ts';
import { submitBatch } from './pipeline/4-submit/submit-batch.ts';
import { pollBatch } from './pipeline/5-poll/poll-batch.ts';
import { downloadBatch } from './pipeline/6-download/download-batch.ts';
import { deliverBatch } from './pipeline/7-deliver/deliver-batch.ts';
import { Dispatcher } from './pipeline/7-deliver/dispatcher.ts';
import { OpenAIProvider } from './provider/openai.ts';
import { openSqliteStore } from './store/sqlite/open-sqlite-store.ts';

/** Everything that runs, ready to be started. */
export interface Service {
  readonly ctx: Context;
  readonly gate: IntakeGate;
  readonly http: HttpServer;
  readonly drivers: readonly Driver[];
  readonly dispatcher: Dispatcher;
  readonly upkeep: Upkeep;
  readonly channels: readonly Channel[];
  /** Null where RABBITMQ_URL is not set. */
  readonly broker: Broker | null;
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

/** What is given from outside, tests above all. */
export interface Given {
  readonly log?: Logger;
  /** Where the built console is, when it does not stand beside the program. */
  readonly consoleFolder?: string;
}

export async function composeService(settings: Settings, given: Given = {}): Promise<Service> {
  const { log = makeLogger(settings), ...place } = given;
  const ctx = await makeContext(settings, log);
  const state = { stopping: false };
  const gate = new IntakeGate(ctx);
  const intake = new Intake(ctx, gate);
  const broker = makeBroker(ctx, intake, gate);
  const http = await makeHttpServer({
    ctx,
    intake,
    gate,
    broker,
    accepting: () => !state.stopping,
    engine: () => ({
      drivers: drivers.map(({ name, busy, slots }) => ({ name, busy, slots })),
      sender: { busy: dispatcher.busy, slots: settings.DELIVERY_CONCURRENCY },
      upkeep: {
        everyMs: upkeep.everyMs,
        lastAt: upkeep.lastRound?.at ?? null,
        lastMs: upkeep.lastRound?.ms ?? null,
      },
    }),
    ...place,
  });
  const rabbitmq = new RabbitmqChannel(broker?.publisher ?? null, ctx.clock);
  const webhook = new WebhookChannel({
    secret: ctx.webhookSecret,
    connectTimeoutMs: settings.WEBHOOK_CONNECT_TIMEOUT_MS,
    answerTimeoutMs: settings.WEBHOOK_TIMEOUT_MS,
    connections: settings.DELIVERY_PER_DESTINATION,
    clock: ctx.clock,
  });
  const drivers = (Object.keys(stageWork) as DriverName[]).map(
    (name) =>
      new Driver({ name, ctx, concurrency: stageWork[name].places(settings), work: stageWork[name].work }),
  );
  const dispatcher = new Dispatcher(ctx, { webhook, rabbitmq });
  const upkeep = new Upkeep(ctx, [() => gate.refresh(), () => watchConditions(ctx, gate.diskLow)]);
  return { ctx, gate, http, drivers, dispatcher, upkeep, channels: [webhook, rabbitmq], broker, state };
}

async function makeContext(settings: Settings, log: Logger): Promise<Context> {
  const databasePath = settings.DATABASE_PATH;
  const store = await openSqliteStore({ path: databasePath, fsyncDelayMs: settings.FSYNC_DELAY_MS });
  const metrics = new Metrics();
  const clock = systemClock;
  const installationId = await store.claimInstallation({
    proposedId: randomBytes(6).toString('hex'),
    now: clock.now(),
  });
  return {
    store,
    metrics,
    clock,
    settings,
    log,
    installationId,
    provider: new OpenAIProvider(settings, metrics),
    wakeUps: new WakeUps(),
    random: Math.random,
    replica: `${hostname()}-${process.pid}`,
    webhookSecret: settings.WEBHOOK_SECRET ?? keepSecret(databasePath, 'webhook-secret', makeSecret),
  };
}
