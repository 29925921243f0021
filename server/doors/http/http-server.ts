/** The HTTP door: one Fastify instance with every route, authentication, one error form and its own description. */
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import type { Settings } from '../../config/settings.ts';
import type { Context } from '../../context.ts';
import type { Intake } from '../../pipeline/1-intake/accept-request.ts';
import type { IntakeGate } from '../../pipeline/1-intake/intake-gate.ts';
import { Authenticator } from './authenticate.ts';
import { compileShape } from './check-shape.ts';
import { answerConnectionError } from './connection-errors.ts';
import { describeApi } from './describe-api.ts';
import type { Door } from './door.ts';
import { type AnswerError, makeErrorAnswer } from './error-form.ts';
import { keepBytes, limitBodyTime } from './keep-bytes.ts';
import { KnownRoutes } from './known-routes.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { batchRoutes } from './routes/batches.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { healthRoutes } from './routes/health.ts';
import { intakeRoutes } from './routes/intake.ts';
import { requestRoutes } from './routes/requests.ts';
import { resultRoutes } from './routes/results.ts';

/** A custom_id of 512 characters, percent-encoded: up to 12 characters each. */
const longestParam = 512 * 12;
/** The longest time any request may take to arrive, bulk streams included. */
const longestStreamMs = 3_600_000;

export interface HttpServerOptions {
  readonly ctx: Context;
  readonly intake: Intake;
  readonly gate: IntakeGate;
  readonly accepting: () => boolean;
}

export interface HttpServer {
  readonly app: FastifyInstance;
  readonly auth: Authenticator;
}

export async function makeHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { ctx } = options;
  const answerError = makeErrorAnswer(ctx.log);
  const app = makeApp(ctx.settings, answerError);
  const auth = new Authenticator(ctx);
  const door: Door = { ...options, app, auth, stopping: closeInTime(app, ctx.settings.DRAIN_MS) };
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setValidatorCompiler(compileShape);
  app.setErrorHandler(answerError);
  limitBodyTime(app, ctx.settings.REQUEST_TIMEOUT_MS, answerError);
  refuseUnknownRoutes(app, answerError);
  keepBytes(app);
  checkCallers(door);
  await app.register(swagger, describeApi(ctx));
  await app.register(async (scope) => {
    const inner: Door = { ...door, app: scope };
    requestRoutes(inner);
    batchRoutes(inner);
    resultRoutes(inner);
    intakeRoutes(inner);
    apiKeyRoutes(inner);
    healthRoutes(inner);
  });
  // A scope of its own: only bulk takes bodies that are not JSON.
  await app.register(async (scope) => bulkRoutes({ ...door, app: scope }));
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await addApiPage(app);
  return { app, auth };
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
      // Node would refuse with an empty answer; checkCallers refuses in our form.
      requireHostHeader: false,
    },
  });
}

/** Asks held answers to come now, and cuts what has not ended within the time. @returns aborts at the stop */
function closeInTime(app: FastifyInstance, graceMs: number): AbortSignal {
  const stopping = new AbortController();
  app.addHook('preClose', async () => {
    stopping.abort();
    const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
    app.server.once('close', () => clearTimeout(cut));
  });
  return stopping.signal;
}

/** Answers before the body is read: whatever it holds, nobody waits for it. */
function refuseUnknownRoutes(app: FastifyInstance, answerError: AnswerError): void {
  const routes = new KnownRoutes(app);
  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    const allowed = routes.methodsAt(pathOf(request));
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    answerError(unknownRoute(allowed, request), request, reply);
  };
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuse(request, reply);
    else done();
  });
  app.setNotFoundHandler(refuse);
}

function checkCallers({ app, auth }: Door): void {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => {
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw new AppError('malformed_http', 'HTTP/1.1 needs a Host header.');
    }
    const { scopes } = request.routeOptions.config;
    if (scopes) request.caller = await auth.authenticate(request.headers.authorization, scopes);
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/';
}

/** 405 where the address exists for another method, else 404. */
function unknownRoute(allowed: readonly string[], request: FastifyRequest): AppError {
  const path = pathOf(request);
  if (allowed.length > 0) {
    return new AppError('method_not_allowed', `${path} takes ${allowed.join(', ')}, not ${request.method}.`);
  }
  return new AppError('not_found', `There is nothing at ${path}. The API is described at /api/docs.`);
}

async function addApiPage(app: FastifyInstance): Promise<void> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  await app.register(scalar, {
    routePrefix: '/api/docs',
    configuration: { url: '/api/openapi.json', telemetry: false, withDefaultFonts: false } as never,
  });
}
