/** Where OpenAI tells that a batch has ended. Signed by OpenAI, so no API key is asked for. */
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { takeEvent } from '../../../operator/take-openai-event.ts';
import { bodyErrors, type Door, errors } from '../door.ts';

export function openaiWebhookRoutes({ app, ctx }: Door): void {
  app.post('/webhooks/openai', {
    config: { keepsBytes: true },
    schema: {
      summary: "Take a webhook of OpenAI's",
      description:
        'Set this address in the project at OpenAI, and its signing secret as OPENAI_WEBHOOK_SECRET. An event only ' +
        'makes its batch due now; one that is forged, old or known changes nothing. Polling goes on without them.',
      tags: ['batches'],
      response: {
        200: Type.Object({ effect: Type.Enum(['due', 'repeated', 'unknown_batch', 'ignored']) }),
        ...errors(...bodyErrors, 404, 422),
      },
    },
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
