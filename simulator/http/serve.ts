/** The HTTP side: keys, the error envelope, and the routes. */
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { World } from '../world.ts';
import { addAdminRoutes } from './admin-routes.ts';
import { ApiError } from './api-error.ts';
import { addBatchRoutes } from './batch-routes.ts';
import { addFileRoutes } from './file-routes.ts';
import { addModelRoutes } from './model-routes.ts';

export function createServer(world: World): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 8 << 20, keepAliveTimeout: 60_000 });
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : JSON.parse(text as string));
    } catch {
      const message = 'We could not parse the JSON body of your request.';
      done(new ApiError(400, { message }), undefined);
    }
  });
  app.setErrorHandler((error: FastifyError | ApiError, _request, reply) => {
    const shown = error instanceof ApiError ? error : toApiError(error);
    if (shown.status >= 500) world.events.emit('fault', error);
    reply.code(shown.status).send({ error: shown.body });
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `Invalid URL (${request.method} ${request.url.split('?')[0]})`;
    reply.code(404).send({ error: new ApiError(404, { message }).body });
  });
  app.addHook('onRequest', async (request) => {
    if (request.url.startsWith('/v1/')) checkKey(world, request.headers.authorization);
  });
  addFileRoutes(app, world);
  addBatchRoutes(app, world);
  addModelRoutes(app, world);
  addAdminRoutes(app, world);
  return app;
}

function toApiError(error: FastifyError): ApiError {
  const status = error.statusCode ?? 500;
  if (status < 500) return new ApiError(status, { message: error.message });
  return new ApiError(500, { message: `The simulator failed: ${error.message}`, type: 'server_error' });
}

/** @throws ApiError 401 */
function checkKey({ settings }: World, authorization: string | undefined): void {
  const key = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (key !== '' && (settings.apiKeys === undefined || settings.apiKeys.includes(key))) return;
  const message =
    key === ''
      ? "You didn't provide an API key. Send it in an Authorization header using Bearer auth."
      : `Incorrect API key provided: ${key.slice(0, 3)}***.`;
  throw new ApiError(401, { message, code: 'invalid_api_key' });
}
