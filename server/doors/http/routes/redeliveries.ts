/** Redeliveries, by filter or of one batch: count, order, follow, abort. */
import Type from 'typebox';
import {
  RedeliveryCountSchema,
  RedeliveryFilterSchema,
  RedeliveryListSchema,
  type RedeliveryOrder,
  RedeliverySchema,
} from '../../../../core/contract/destinations.ts';
import {
  abortRedelivery,
  countRedelivery,
  findRedelivery,
  orderRedelivery,
} from '../../../operator/order-redelivery.ts';
import { countBatchRedelivery, redeliverBatch } from '../../../operator/redeliver-batch.ts';
import type { RedeliveryFilter } from '../../../store/deliveries/redeliveries.ts';
import { redeliveryView } from '../../../views/destination-view.ts';
import { within } from '../console/record-actions.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';
import { PageQuery, readId, readPage, readTime } from '../query.ts';

const byId = Type.Object({ id: Type.String() });
type ById = { Params: { id: string } };
const tags = ['redeliveries'];

export function redeliveryRoutes({ app, ctx }: Door): void {
  app.post<{ Body: RedeliveryOrder }>('/api/redeliveries', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Deliver everything that matches again, in the background; or, as a dry run, count it',
      tags,
      body: RedeliveryFilterSchema,
      response: { 200: RedeliveryCountSchema, 202: RedeliverySchema, ...errors(...bodyErrors, 422) },
    },
    handler: async (request, reply) => {
      const filter = readFilter(request.body);
      if (request.body.dry_run === true) return countRedelivery(ctx, filter);
      return reply
        .code(202)
        .send(redeliveryView(await orderRedelivery(within(ctx, request), filter, actorOf(request))));
    },
  });
  app.get<{ Querystring: { cursor?: string; limit?: string } }>('/api/redeliveries', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'List redeliveries, newest first',
      tags,
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: RedeliveryListSchema, ...errors(422) },
    },
    handler: async ({ query }) => {
      const page = readPage(query);
      const rows = await ctx.store.listRedeliveries(page);
      const last = rows.length === page.limit ? rows.at(-1) : undefined;
      return { data: rows.map(redeliveryView), next_cursor: last ? String(last.id) : null };
    },
  });
  app.get<ById>('/api/redeliveries/:id', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'How far a redelivery has come',
      tags,
      params: byId,
      response: { 200: RedeliverySchema, ...errors(404, 422) },
    },
    handler: async ({ params }) => redeliveryView(await findRedelivery(ctx, readId(params.id, 'id'))),
  });
  app.post<ById>('/api/redeliveries/:id/abort', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'End a redelivery; what is on its way already goes on',
      tags,
      params: byId,
      response: { 200: RedeliverySchema, ...errors(...bodyErrors, 404, 409, 422) },
    },
    handler: async (request) =>
      redeliveryView(
        await abortRedelivery(within(ctx, request), readId(request.params.id, 'id'), actorOf(request)),
      ),
  });
}

type Redelivering = { which?: 'all' | 'failed'; dry_run?: 'true' | 'false' };

/** Stands among the orders for a batch. */
export function batchRedeliveryRoute({ app, ctx }: Door): void {
  app.post<ById & { Querystring: Redelivering }>('/api/batches/:id/redeliver', {
    config: { scopes: ['operate'] },
    schema: {
      summary: "Deliver a batch's outcomes again, in the background; or, as a dry run, count them",
      tags: ['batches'],
      params: byId,
      querystring: Type.Object(
        {
          which: Type.Optional(Type.Enum(['all', 'failed'], { description: 'failed when left out.' })),
          dry_run: Type.Optional(Type.Enum(['true', 'false'], { description: 'Only count.' })),
        },
        { additionalProperties: false },
      ),
      response: {
        200: RedeliveryCountSchema,
        202: RedeliverySchema,
        ...errors(...bodyErrors, 404, 409, 422),
      },
    },
    handler: async (request, reply) => {
      const id = readId(request.params.id, 'id');
      const { which = 'failed', dry_run } = request.query;
      if (dry_run === 'true') return countBatchRedelivery(ctx, id, which);
      return reply
        .code(202)
        .send(redeliveryView(await redeliverBatch(within(ctx, request), id, which, actorOf(request))));
    },
  });
}

function readFilter(order: RedeliveryOrder): RedeliveryFilter {
  const { which = 'failed', since, destination, batch, tag, model, endpoint, outcome, after, before } = order;
  return {
    which,
    ...(since !== undefined && { since: readTime(since, 'since') }),
    ...(destination !== undefined && { destinationId: destination }),
    ...(batch !== undefined && { batchId: batch }),
    ...(tag !== undefined && { tag }),
    ...(model !== undefined && { model }),
    ...(endpoint !== undefined && { endpoint }),
    ...(outcome !== undefined && { outcome }),
    ...(after !== undefined && { after: readTime(after, 'after') }),
    ...(before !== undefined && { before: readTime(before, 'before') }),
  };
}
