/** Every error leaves in one form; what we did not foresee leaves without its secrets. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AppError, type ErrorCode } from '../../../core/errors.ts';
import { shapeComplaints } from '../../pipeline/1-intake/shape-complaints.ts';

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
    code: 'malformed_json',
    detail: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'malformed_json', detail: 'The body is empty; send a JSON object.' },
  FST_ERR_BAD_URL: {
    code: 'not_found',
    detail: 'The path holds a percent sign that starts no valid escape.',
  },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found', detail: 'The path is longer than any custom_id.' },
};

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, validation, statusCode, message } = error as FastifyError;
  if (validation) {
    const [first, ...more] = shapeComplaints(validation as never, {});
    const options = first?.source ? { pointer: first.source.pointer, more } : { more };
    return new AppError('validation_error', first?.detail ?? message, options);
  }
  const match = known[code];
  if (match) return new AppError(match.code, match.detail);
  if (statusCode === 400) return new AppError('malformed_json', message, { cause: error });
  if (statusCode === 408) return new AppError('request_timeout', 'The request did not arrive in time.');
  return new AppError('internal_error', 'Something went wrong here; the log tells what.', { cause: error });
}

/** Answers with the error form, and logs what is our fault. */
export function makeErrorAnswer(log: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const app = toAppError(error);
    if (app.fate !== 'expected') {
      log.error({
        event: 'request_failed',
        method: request.method,
        route: request.routeOptions.url,
        err: app,
      });
    }
    if (app.retryAfterS !== undefined) reply.header('retry-after', String(app.retryAfterS));
    if (app.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
    reply.code(app.status).send({ errors: app.complaints });
  };
}
