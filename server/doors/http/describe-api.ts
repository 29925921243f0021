/** The frame of the API's own description; the routes fill it. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Context } from '../../context.ts';

export function describeApi({ settings }: Pick<Context, 'settings'>): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'OpenAI Batch Manager',
        version: packageJson.version,
        description:
          'Send one LLM request now, receive its answer later, at the price of the Batch API. Errors have one form, ' +
          'also where no route was reached: 400 malformed_http, 404 not_found, 405 method_not_allowed, ' +
          '408 request_timeout, 431 headers_too_large. HEAD is answered wherever GET is.',
      },
      ...(settings.PUBLIC_URL === null ? {} : { servers: [{ url: settings.PUBLIC_URL }] }),
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
      },
      security: [{ key: [] }],
    },
  };
}
