/** API keys: make, list, revoke. */
import Type from 'typebox';
import { ApiKeySchema } from '../../../../core/contract/views.ts';
import { createKey, revokeKey, type Scope, scopes } from '../../../operator/api-keys.ts';
import type { ApiKeyRow } from '../../../store/settings/api-keys.ts';
import { isoTime, isoTimeOrNull } from '../../../views/times.ts';
import { within } from '../console/record-actions.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';
import { readId } from '../query.ts';

function keyView(row: ApiKeyRow) {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes.split(' ') as Scope[],
    created_at: isoTime(row.created_at),
    created_by: row.created_by,
    revoked_at: isoTimeOrNull(row.revoked_at),
  };
}

export function apiKeyRoutes({ app, ctx, auth }: Door): void {
  app.get('/api/keys', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'List API keys; the keys themselves are not kept',
      tags: ['keys'],
      response: { 200: Type.Object({ data: Type.Array(ApiKeySchema) }), ...errors() },
    },
    handler: async () => ({ data: (await ctx.store.listApiKeys()).map(keyView) }),
  });
  app.post<{ Body: { name: string; scopes: Scope[] } }>('/api/keys', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Make an API key; it is shown this once',
      tags: ['keys'],
      body: Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^:]+$' }),
          scopes: Type.Array(Type.Enum([...scopes]), { minItems: 1 }),
        },
        { additionalProperties: false },
      ),
      response: {
        201: Type.Object({ ...ApiKeySchema.properties, key: Type.String() }),
        ...errors(...bodyErrors, 422),
      },
    },
    handler: async (request, reply) => {
      const { key, row } = await createKey(within(ctx, request), {
        ...request.body,
        actor: actorOf(request),
      });
      auth.forget();
      return reply.code(201).send({ ...keyView(row), key });
    },
  });
  app.delete<{ Params: { id: string } }>('/api/keys/:id', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Revoke an API key',
      tags: ['keys'],
      params: Type.Object({ id: Type.String() }),
      response: { 204: Type.Null({ description: 'Revoked.' }), ...errors(...bodyErrors, 404, 422) },
    },
    handler: async (request, reply) => {
      await revokeKey(within(ctx, request), readId(request.params.id, 'id'));
      auth.forget();
      return reply.code(204).send();
    },
  });
}
