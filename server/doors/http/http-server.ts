/** The HTTP door: one Fastify instance with every route, authentication, one error form and its own description. */
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';
import type { Intake } from '../../pipeline/1-intake/accept-request.ts';
import type { IntakeGate } from '../../pipeline/1-intake/intake-gate.ts';
import { Authenticator } from './authenticate.ts';
import { describeApi } from './describe-api.ts';
import type { Door } from './door.ts';
import { makeErrorAnswer } from './error-form.ts';
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
/** A client that stops sending is let go after this long. */
const requestTimeoutMs = 60_000;

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
  const app = Fastify({
    bodyLimit: ctx.settings.BODY_LIMIT_BYTES,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength: longestParam },
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allErrors: true },
    },
  });
  const routes = new KnownRoutes(app);
  const auth = new Authenticator(ctx);
  const door: Door = { ...options, app, auth };
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  const answerError = makeErrorAnswer(ctx.log);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => answerError(unknownRoute(routes, request), request, reply));
  keepBytes(app);
  checkCallers(door);
  await app.register(swagger, describeApi(ctx));
  await app.register(async (scope) => {
    const inner: Door = { ...door, app: scope };
    requestRoutes(inner);
    bulkRoutes(inner);
    batchRoutes(inner);
    resultRoutes(inner);
    intakeRoutes(inner);
    apiKeyRoutes(inner);
    healthRoutes(inner);
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await addApiPage(app);
  return { app, auth };
}

/** JSON bodies are kept as they came: intake stores the text of the body, not a reprint. */
function keepBytes(app: FastifyInstance): void {
  app.decorateRequest('bytes', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      request.bytes = body;
      if (request.routeOptions.url === '/api/requests') return null;
      if (body.length === 0) return undefined;
      try {
        return JSON.parse(body.toString('utf8')) as unknown;
      } catch (cause) {
        throw new AppError('malformed_json', `The body is not valid JSON: ${(cause as Error).message}`, {
          cause,
        });
      }
    },
  );
}

function checkCallers({ app, auth }: Door): void {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config;
    if (scope) request.caller = await auth.authenticate(request.headers.authorization, scope);
  });
}

/** 405 where the address exists for another method, else 404. */
function unknownRoute(routes: KnownRoutes, request: FastifyRequest): AppError {
  const [path = '/'] = request.url.split('?');
  const allowed = routes.methodsAt(path);
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
