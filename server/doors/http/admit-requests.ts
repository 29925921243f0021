/** What is checked before a body is read: is there such a route, who calls, and does the body come in time. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import type { Authenticator } from './authenticate.ts';
import type { BodyDeadline } from './body-deadline.ts';
import type { AnswerError } from './error-form.ts';
import { KnownRoutes } from './known-routes.ts';

interface Admission {
  readonly auth: Authenticator;
  readonly deadline: BodyDeadline;
  readonly answerError: AnswerError;
}

/** One hook for all of it: each more is paid for by every request. */
export function admitRequests(app: FastifyInstance, { auth, deadline, answerError }: Admission): void {
  const routes = new KnownRoutes(app);
  app.decorateRequest('caller', null);
  app.setNotFoundHandler((request, reply) => refuseUnknown(routes, request, reply, answerError));
  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request) && !request.routeOptions.config.streams) deadline.watch(request, reply);
    // Before the body is read: whatever it holds, nobody waits for it.
    if (request.is404) return refuseUnknown(routes, request, reply, answerError);
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      return done(new AppError('malformed_http', 'HTTP/1.1 needs a Host header.'));
    }
    const { scopes } = request.routeOptions.config;
    if (!scopes) return done();
    request.caller = auth.callerAtHand(request, scopes);
    if (request.caller) return done();
    auth.authenticate(request, scopes).then((caller) => {
      request.caller = caller;
      done();
    }, done);
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}

/** 405 where the address exists for another method, else 404. */
function refuseUnknown(
  routes: KnownRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
  answerError: AnswerError,
): void {
  const [path = '/'] = request.url.split('?');
  const allowed = routes.methodsAt(path);
  if (allowed.length === 0) {
    const detail = `There is nothing at ${path}. The API is described at /api/docs.`;
    answerError(new AppError('not_found', detail), request, reply);
    return;
  }
  reply.header('allow', allowed.join(', '));
  const detail = `${path} takes ${allowed.join(', ')}, not ${request.method}.`;
  answerError(new AppError('method_not_allowed', detail), request, reply);
}
