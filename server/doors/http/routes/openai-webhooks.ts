/**
 * Where OpenAI tells that a batch has ended: set this address in the project at OpenAI, and its signing secret as
 * OPENAI_WEBHOOK_SECRET. Signed by OpenAI, so no API key is asked for.
 */
import type { FastifyRequest } from 'fastify';
import { takeEvent } from '../../../operator/take-openai-event.ts';
import type { Door } from '../door.ts';

export function openaiWebhookRoutes({ app, ctx }: Door): void {
  app.post('/webhooks/openai', {
    config: { keepsBytes: true },
    // For OpenAI alone: not a part of the API that producers and operators call.
    schema: { hide: true },
    handler: async (request) => ({
      effect: await takeEvent(ctx, {
        id: header(request, 'webhook-id'),
        timestamp: header(request, 'webhook-timestamp'),
        signature: header(request, 'webhook-signature'),
        content: request.bytes ?? Buffer.alloc(0),
      }),
    }),
  });
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
