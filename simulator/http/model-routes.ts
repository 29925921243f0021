import type { FastifyInstance } from 'fastify';
import type { World } from '../world.ts';
import { ApiError } from './api-error.ts';
import { serveCall } from './serve-call.ts';

/** Models that the list names; any other is known, too, unless validation would refuse it. */
const named = [
  'gpt-6-luna',
  'gpt-6-sol',
  'gpt-5.6-luna',
  'gpt-4.1-mini',
  'gpt-4o',
  'gpt-4o-mini',
  'text-embedding-3-small',
  'omni-moderation-latest',
];

/** `/v1/models`. */
export function addModelRoutes(app: FastifyInstance, world: World): void {
  const show = (id: string): unknown => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'system' });

  app.get('/v1/models', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'models.list' },
      about: [],
      act: () => ({ json: { object: 'list', data: named.map(show) } }),
    }),
  );

  app.get<{ Params: { id: string } }>('/v1/models/:id', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'models.get', model: request.params.id },
      about: [],
      act: () => {
        const { id } = request.params;
        if (id.startsWith('no-such-') || world.settings.unknownModels.includes(id)) {
          const message = `The model '${id}' does not exist or you do not have access to it.`;
          throw new ApiError(404, { message, param: 'model', code: 'model_not_found' });
        }
        return { json: show(id) };
      },
    }),
  );
}
