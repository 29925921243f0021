/** Whether it lives, whether it is ready, and its figures. */
import Type from 'typebox';
import { summarizeBroker } from '../../../views/broker-view.ts';
import { fillGauges } from '../../../views/gauges.ts';
import { type Door, errors } from '../door.ts';

const ReadySchema = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Object({
    store: Type.String(),
    intake: Type.String(),
    rabbitmq: Type.String({ description: 'Told, but no reason not to be ready: HTTP goes on without it.' }),
    stopping: Type.Boolean(),
  }),
});

export function healthRoutes({ app, ctx, gate, broker, accepting }: Door): void {
  app.get('/health', {
    schema: {
      summary: 'Is the process alive?',
      tags: ['health'],
      security: [],
      response: { 200: Type.Object({ status: Type.Enum(['ok']) }) },
    },
    handler: async () => ({ status: 'ok' }),
  });
  app.get('/ready', {
    schema: {
      summary: 'Can it take requests now?',
      tags: ['health'],
      security: [],
      response: { 200: ReadySchema, 503: ReadySchema },
    },
    handler: async (_request, reply) => {
      const store = await ctx.store.ping().then(
        () => 'ok',
        () => 'does not answer',
      );
      const intake = gate.paused ? 'paused' : gate.diskLow ? 'disk low' : 'open';
      const ready = store === 'ok' && accepting();
      const checks = { store, intake, rabbitmq: summarizeBroker(broker), stopping: !accepting() };
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  });
  app.get('/metrics', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'Figures for Prometheus',
      tags: ['health'],
      response: {
        200: { description: 'Figures.', content: { 'text/plain': { schema: Type.String() } } },
        ...errors(),
      },
    },
    handler: async (_request, reply) => {
      const text = await fillGauges(ctx);
      return reply.header('content-type', ctx.metrics.registry.contentType).send(text);
    },
  });
}
