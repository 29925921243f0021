/** Every error leaves in one form; what we did not foresee leaves without its secrets. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AppError, type ErrorCode } from '../../../core/errors.ts';

/** Fastify's own errors, by its code. */
const known: Readonly<Record<string, { code: ErrorCode; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'payload_too_large',
    detail: 'The body is larger than this service takes (BODY_LIMIT_BYTES).',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported_media_type',
    detail: 'Send the body as application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'malformed_http',
    detail: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_BAD_URL: {
    code: 'not_found',
    detail: 'The path holds a percent sign that starts no valid escape.',
  },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found', detail: 'The path is longer than any custom_id.' },
};

/** When to come back after a 503 that does not say it itself. */
const defaultRetryAfterS = 5;

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, statusCode, message } = error as FastifyError;
  const match = known[code];
  if (match) return new AppError(match.code, match.detail);
  if (statusCode === 400) return new AppError('malformed_http', message, { cause: error });
  return new AppError('internal_error', 'Something went wrong here; the log tells what.', { cause: error });
}

export type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/** Answers with the error form, and logs what is our fault. */
export function makeErrorAnswer(log: Logger): AnswerError {
  const logFault = makeFaultLog(log);
  return (error, request, reply) => {
    const app = toAppError(error);
    if (app.fate !== 'expected') logFault(app, request);
    const retryAfterS = app.retryAfterS ?? (app.status === 503 ? defaultRetryAfterS : undefined);
    if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
    if (app.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
    // Node reads the rest of the body away; closing at once would cost the client this answer.
    if (app.code === 'payload_too_large') reply.removeHeader('connection');
    reply.code(app.status).type('application/json').send({ errors: app.complaints });
  };
}

/** One line for each code a second: what fails for one caller often fails for thousands. */
const quietMs = 1_000;

function makeFaultLog(log: Logger): (error: AppError, request: FastifyRequest) => void {
  const said = new Map<ErrorCode, { at: number; unsaid: number }>();
  return (error, request) => {
    const now = performance.now();
    const last = said.get(error.code);
    if (last && now - last.at < quietMs) {
      last.unsaid += 1;
      return;
    }
    said.set(error.code, { at: now, unsaid: 0 });
    log.error({
      event: 'request_failed',
      method: request.method,
      route: request.routeOptions.url,
      err: error,
      unsaid: last?.unsaid ?? 0,
    });
  };
}
