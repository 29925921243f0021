/** What was found at OpenAI that carries our tag and belongs to nothing here. */
import Type from 'typebox';
import { OrphanSchema } from '../../../../core/contract/views.ts';
import { AppError } from '../../../../core/errors.ts';
import type { OrphanRow } from '../../../store/upkeep/orphans.ts';
import { isoTime } from '../../../views/times.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';
import { readId } from '../query.ts';

/** More than anybody looks through; the next sweep shows the others. */
const mostShown = 1_000;

function orphanView(row: OrphanRow) {
  return {
    id: row.id,
    kind: row.kind,
    remote_id: row.remote_id,
    about: row.about,
    remote_created_at: isoTime(row.remote_created_at),
    found_at: isoTime(row.found_at),
    removing: row.remove_at !== null,
    last_error: row.last_error,
  };
}

export function orphanRoutes({ app, ctx }: Door): void {
  app.get('/api/orphans', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'List what was found at OpenAI that carries our tag and belongs to nothing here',
      description: 'Looked for at the start and every hour; at most 1,000 are shown, oldest first.',
      tags: ['batches'],
      response: { 200: Type.Object({ data: Type.Array(OrphanSchema) }), ...errors() },
    },
    handler: async () => ({ data: (await ctx.store.listOrphans({ limit: mostShown })).map(orphanView) }),
  });
  app.delete<{ Params: { id: string } }>('/api/orphans/:id', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Remove an orphan at OpenAI: a file is deleted, a batch cancelled',
      tags: ['batches'],
      params: Type.Object({ id: Type.String() }),
      response: {
        202: Type.Object({ removing: Type.Boolean() }),
        ...errors(...bodyErrors, 404, 422),
      },
    },
    handler: async (request, reply) => {
      const id = readId(request.params.id, 'id');
      if (!(await ctx.store.orderOrphanRemoval({ id, now: ctx.clock.now() }))) {
        throw new AppError('not_found', `There is no orphan ${id}.`);
      }
      ctx.log.info({ event: 'orphan_removal_ordered', orphan: id, actor: actorOf(request) });
      ctx.wakeUps.wake('upkeep');
      return reply.code(202).send({ removing: true });
    },
  });
}
