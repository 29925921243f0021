/** JSON bodies are kept as they came: intake stores the text of the body, not a reprint. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import type { BodyDeadline } from './body-deadline.ts';

export function keepBytes(app: FastifyInstance, deadline: BodyDeadline): void {
  app.decorateRequest('bytes', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      deadline.release(request);
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
