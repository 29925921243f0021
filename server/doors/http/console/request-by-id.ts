/** One request by our own id, with what was posted: large texts only when they are asked for. */
import Type from 'typebox';
import { AppError } from '../../../../core/errors.ts';
import { requestDetail, resultText } from '../../../views/request-view.ts';
import type { Door } from '../door.ts';
import { readId } from '../query.ts';

const byId = Type.Object({ id: Type.String() });

export function requestByIdRoutes({ app, ctx }: Door): void {
  app.get<{ Params: { id: string } }>('/api/console/requests/:id', {
    config: { scopes: ['read'] },
    schema: { hide: true, params: byId },
    handler: async ({ params }, reply) => {
      const id = readId(params.id, 'id');
      const row = await ctx.store.getRequestById({ id });
      if (!row) throw new AppError('not_found', `There is no request ${id}.`);
      const { view, result } = await requestDetail(ctx, row);
      return reply.send({ ...view, result_bytes: result?.line.length ?? 0 });
    },
  });
  app.get<{ Params: { id: string } }>('/api/console/requests/:id/result', {
    config: { scopes: ['read'] },
    schema: { hide: true, params: byId },
    handler: async ({ params }, reply) => {
      const id = readId(params.id, 'id');
      const row = await ctx.store.getRequestById({ id });
      const text = row && resultText(row, await ctx.store.getResult({ requestId: id }));
      if (!text) throw new AppError('not_found', `Request ${id} has no outcome yet.`);
      return reply.type('application/json; charset=utf-8').send(text);
    },
  });
  app.get<{ Params: { id: string } }>('/api/console/requests/:id/body', {
    config: { scopes: ['read'] },
    schema: { hide: true, params: byId },
    handler: async ({ params }, reply) => {
      const body = await ctx.store.getBody({ requestId: readId(params.id, 'id') });
      if (!body) throw new AppError('not_found', 'The payload is no longer kept (RETENTION_BODIES_MS).');
      return reply.type('application/json; charset=utf-8').send(Buffer.from(body));
    },
  });
}
