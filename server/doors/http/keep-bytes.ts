/** How bodies are read: whole, as they came, within a size and a time. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import { BodyDeadline } from './body-deadline.ts';
import type { AnswerError } from './error-form.ts';

/** JSON bodies are kept as they came: intake stores the text of the body, not a reprint. */
export function keepBytes(app: FastifyInstance): void {
  app.decorateRequest('bytes', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const encoding = request.headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity') {
        throw new AppError(
          'unsupported_media_type',
          `Send the body as it is, not with Content-Encoding ${encoding}.`,
        );
      }
      request.bytes = body;
      if (request.routeOptions.config.keepsBytes) return null;
      return body.length === 0 ? undefined : parseJson(body);
    },
  );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AppError('malformed_json', `The body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Answers 408 to whoever does not finish a body in time; routes that read a stream see to themselves. */
export function limitBodyTime(app: FastifyInstance, limitMs: number, answerError: AnswerError): void {
  const deadline = new BodyDeadline(limitMs, (request, reply) => {
    // The rest of the body would be taken for the next request.
    reply.header('connection', 'close');
    answerError(new AppError('request_timeout', 'The body did not arrive in time.'), request, reply);
    reply.raw.once('finish', () => request.raw.destroy());
  });
  app.addHook('onRequest', (request, reply, done) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
    if (hasBody && !request.routeOptions.config.streams) deadline.watch(request, reply);
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.raw.complete) deadline.forget(request);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.raw.complete) deadline.forget(request);
    done();
  });
  app.addHook('onClose', async () => deadline.stop());
}
