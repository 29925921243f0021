/** The HTTP door: one Fastify instance with every route, authentication, one error form and its own description. */
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import type { Settings } from '../../config/settings.ts';
import type { Context } from '../../context.ts';
import type { Intake } from '../../pipeline/1-intake/accept-request.ts';
import type { IntakeGate } from '../../pipeline/1-intake/intake-gate.ts';
import type { EngineFigures } from '../../views/activity-view.ts';
import type { BrokerParts } from '../../views/broker-view.ts';
import { admitRequests } from './admit-requests.ts';
import { apiPage } from './api-page.ts';
import { Authenticator } from './authenticate.ts';
import { BodyDeadline } from './body-deadline.ts';
import { compileShape } from './check-shape.ts';
import { answerConnectionError } from './connection-errors.ts';
import { recordActions } from './console/record-actions.ts';
import { consoleRoutes } from './console/routes.ts';
import { describeApi } from './describe-api.ts';
import type { Door, Entrance } from './door.ts';
import { type AnswerError, makeErrorAnswer } from './error-form.ts';
import { keepBytes } from './keep-bytes.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { batchRoutes } from './routes/batches.ts';
import { brokerRoutes } from './routes/broker.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { capacityRoutes } from './routes/capacity.ts';
import { destinationRoutes } from './routes/destinations.ts';
import { healthRoutes } from './routes/health.ts';
import { intakeRoutes } from './routes/intake.ts';
import { openaiWebhookRoutes } from './routes/openai-webhooks.ts';
import { orphanRoutes } from './routes/orphans.ts';
import { priceRoutes } from './routes/prices.ts';
import { redeliveryRoutes } from './routes/redeliveries.ts';
import { requestRoutes } from './routes/requests.ts';
import { resultRoutes } from './routes/results.ts';
import { settingRoutes } from './routes/settings.ts';
import { stageRoutes } from './routes/stages.ts';

/** A custom_id of 512 characters, percent-encoded: up to 12 characters each. */
const longestParam = 512 * 12;
/** The longest time any request may take to arrive, bulk streams included. */
const longestStreamMs = 3_600_000;

export interface HttpServerOptions {
  readonly ctx: Context;
  readonly intake: Intake;
  readonly gate: IntakeGate;
  readonly broker: BrokerParts | null;
  readonly accepting: () => boolean;
  readonly engine: () => EngineFigures;
  readonly consoleFolder?: string;
}

export interface HttpServer {
  readonly app: FastifyInstance;
  readonly auth: Authenticator;
  /** Held answers come now, and whatever is still open is cut in time. Connections are taken until the app is closed. */
  readonly beginStop: () => void;
}

export async function makeHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { ctx } = options;
  const answer = makeErrorAnswer(ctx.log);
  const deadline = new BodyDeadline(ctx.settings.REQUEST_TIMEOUT_MS, answer);
  const answerError: AnswerError = (error, request, reply) => {
    deadline.release(request);
    answer(error, request, reply);
  };
  const app = makeApp(ctx.settings, answerError);
  const auth = new Authenticator(ctx);
  const { stopping, beginStop } = closeInTime(app, ctx.settings.DRAIN_MS);
  const door: Door = { ...options, app, auth, stopping, entrance: entranceOf(options) };
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setValidatorCompiler(compileShape);
  app.setErrorHandler(answerError);
  admitRequests(app, { auth, deadline, answerError });
  keepBytes(app, deadline);
  app.addHook('onClose', async () => deadline.stop());
  recordActions(app, ctx);
  await app.register(swagger, describeApi(ctx));
  await app.register(async (scope) => {
    const inner: Door = { ...door, app: scope };
    if (ctx.settings.ROLE === 'worker') return healthRoutes(inner);
    requestRoutes(inner);
    batchRoutes(inner);
    resultRoutes(inner);
    intakeRoutes(inner);
    apiKeyRoutes(inner);
    destinationRoutes(inner);
    redeliveryRoutes(inner);
    openaiWebhookRoutes(inner);
    orphanRoutes(inner);
    brokerRoutes(inner);
    capacityRoutes(inner);
    settingRoutes(inner);
    priceRoutes(inner);
    stageRoutes(inner);
    healthRoutes(inner);
    consoleRoutes(inner);
  });
  if (ctx.settings.ROLE === 'worker') return { app, auth, beginStop };
  // A scope of its own: only bulk takes bodies that are not JSON.
  await app.register(async (scope) => bulkRoutes({ ...door, app: scope }));
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  apiPage(app);
  return { app, auth, beginStop };
}

function entranceOf({ gate, accepting }: HttpServerOptions): Entrance {
  return {
    check() {
      if (accepting()) return gate.check();
      throw new AppError(
        'stopping',
        'The service is stopping. Send it to another one, or again in a moment.',
      );
    },
  };
}

function makeApp(settings: Settings, answerError: AnswerError): FastifyInstance {
  return Fastify({
    bodyLimit: settings.BODY_LIMIT_BYTES,
    connectionTimeout: settings.IDLE_TIMEOUT_MS,
    requestTimeout: longestStreamMs,
    // While we stop, what still arrives on open connections is answered like everything else.
    return503OnClosing: false,
    routerOptions: { maxParamLength: longestParam },
    clientErrorHandler: answerConnectionError,
    frameworkErrors: answerError,
    http: {
      headersTimeout: Math.min(settings.REQUEST_TIMEOUT_MS, longestStreamMs),
      connectionsCheckingInterval: Math.min(10_000, settings.REQUEST_TIMEOUT_MS / 2),
      // Node would refuse with an empty answer; admitRequests refuses in our form.
      requireHostHeader: false,
    },
  });
}

/** Whoever is being answered when the door is shut has at least this long. */
const leastGraceMs = 250;

/** @returns a signal for whoever holds an answer back, and what begins the time in which all must have ended */
function closeInTime(app: FastifyInstance, graceMs: number) {
  const stopping = new AbortController();
  let begunAt = 0;
  const beginStop = () => {
    if (stopping.signal.aborted) return;
    begunAt = performance.now();
    stopping.abort();
  };
  app.addHook('preClose', async () => {
    beginStop();
    const leftMs = Math.max(leastGraceMs, begunAt + graceMs - performance.now());
    const cut = setTimeout(() => app.server.closeAllConnections(), leftMs);
    app.server.once('close', () => clearTimeout(cut));
  });
  return { stopping: stopping.signal, beginStop };
}
