/** Destinations: who gets outcomes, how, and how well. */
import Type from 'typebox';
import {
  DestinationAttemptListSchema,
  DestinationDetailSchema,
  type DestinationEdit,
  DestinationEditSchema,
  DestinationListSchema,
  DestinationSchema,
  NewDestinationSchema,
  RotatedSchema,
  type Rotation,
  RotationSchema,
  TestResultSchema,
  TestSendSchema,
} from '../../../../core/contract/destinations.ts';
import { createDestination } from '../../../operator/destinations/create-destination.ts';
import { editDestination } from '../../../operator/destinations/edit-destination.ts';
import { findDestination } from '../../../operator/destinations/find-destination.ts';
import {
  closeBreaker,
  openBreaker,
  pauseDestination,
  resumeDestination,
} from '../../../operator/destinations/order-destination.ts';
import { rotateSecret } from '../../../operator/destinations/rotate-secret.ts';
import { testDestination } from '../../../operator/destinations/test-destination.ts';
import {
  destinationAttemptView,
  destinationDetailView,
  destinationView,
} from '../../../views/destination-view.ts';
import { isoTimeOrNull } from '../../../views/times.ts';
import { within } from '../console/record-actions.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';
import { PageQuery, readId, readPage } from '../query.ts';

const byId = Type.Object({ id: Type.String() });
type ById = { Params: { id: string } };
type Paged = { Querystring: { cursor?: string; limit?: string } };
const tags = ['destinations'];
const pageQuery = Type.Object(PageQuery, { additionalProperties: false });

export function destinationRoutes(door: Door): void {
  listDestinations(door);
  showDestination(door);
  listAttempts(door);
  makeDestination(door);
  changeDestination(door);
  orders(door);
  rotate(door);
  testSend(door);
}

function listDestinations({ app, ctx }: Door): void {
  app.get<Paged>('/api/destinations', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'List destinations with their health, oldest first',
      tags,
      querystring: pageQuery,
      response: { 200: DestinationListSchema, ...errors(422) },
    },
    handler: async ({ query }) => {
      const { cursor: afterId, limit } = readPage(query);
      const rows = await ctx.store.listDestinations({ afterId: afterId ?? 0, limit });
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return {
        data: rows.map((row) => destinationView(ctx, row)),
        next_cursor: last ? String(last.id) : null,
      };
    },
  });
}

function showDestination({ app, ctx }: Door): void {
  app.get<ById>('/api/destinations/:id', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'Look at one destination, and what waits for it',
      tags,
      params: byId,
      response: { 200: DestinationDetailSchema, ...errors(404, 422) },
    },
    handler: async ({ params }) =>
      destinationDetailView(ctx, await findDestination(ctx, readId(params.id, 'id'))),
  });
}

function listAttempts({ app, ctx }: Door): void {
  app.get<ById & Paged>('/api/destinations/:id/attempts', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'The attempts at a destination, newest first; kept longer than the requests',
      tags,
      params: byId,
      querystring: pageQuery,
      response: { 200: DestinationAttemptListSchema, ...errors(404, 422) },
    },
    handler: async ({ params, query }) => {
      const { id } = await findDestination(ctx, readId(params.id, 'id'));
      const page = readPage(query);
      const rows = await ctx.store.listDestinationAttempts({ id, ...page });
      const last = rows.length === page.limit ? rows.at(-1) : undefined;
      return {
        data: rows.map((row) => destinationAttemptView(ctx, row)),
        next_cursor: last ? String(last.id) : null,
      };
    },
  });
}

function makeDestination({ app, ctx }: Door): void {
  app.post<{ Body: { type: 'webhook' | 'rabbitmq'; address: string } }>('/api/destinations', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Make a destination before its first use, or one for a path prefix',
      tags,
      body: NewDestinationSchema,
      response: { 201: DestinationSchema, ...errors(...bodyErrors, 422) },
    },
    handler: async (request, reply) => {
      const row = await createDestination(within(ctx, request), request.body, actorOf(request));
      return reply.code(201).send(destinationView(ctx, row));
    },
  });
}

function changeDestination({ app, ctx }: Door): void {
  app.patch<ById & { Body: DestinationEdit }>('/api/destinations/:id', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Edit a destination; the next attempt follows',
      tags,
      params: byId,
      body: DestinationEditSchema,
      response: { 200: DestinationSchema, ...errors(...bodyErrors, 404, 422) },
    },
    handler: async (request) => {
      const id = readId(request.params.id, 'id');
      return destinationView(
        ctx,
        await editDestination(within(ctx, request), id, request.body, actorOf(request)),
      );
    },
  });
}

function orders({ app, ctx }: Door): void {
  const verbs = {
    pause: { verb: pauseDestination, summary: 'Send nothing more to a destination' },
    resume: { verb: resumeDestination, summary: 'Send to a paused destination again' },
    'open-breaker': { verb: openBreaker, summary: 'Send nothing but probes to a destination' },
    'close-breaker': { verb: closeBreaker, summary: 'Send everything that waits for a destination now' },
  } as const;
  for (const [name, { verb, summary }] of Object.entries(verbs)) {
    app.post<ById>(`/api/destinations/:id/${name}`, {
      config: { scopes: ['operate'] },
      schema: {
        summary,
        tags,
        params: byId,
        response: { 200: DestinationSchema, ...errors(...bodyErrors, 404, 422) },
      },
      handler: async (request) =>
        destinationView(
          ctx,
          await verb(within(ctx, request), readId(request.params.id, 'id'), actorOf(request)),
        ),
    });
  }
}

function rotate({ app, ctx }: Door): void {
  app.post<ById & { Body: Rotation }>('/api/destinations/:id/rotate-secret', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Give a destination a new signing secret; the old one signs as well for a while',
      tags,
      params: byId,
      body: RotationSchema,
      response: { 200: RotatedSchema, ...errors(...bodyErrors, 404, 422) },
    },
    handler: async (request) => {
      const id = readId(request.params.id, 'id');
      const { secret, overlapUntil } = await rotateSecret(
        within(ctx, request),
        id,
        request.body,
        actorOf(request),
      );
      return { secret, secret_overlap_until: isoTimeOrNull(overlapUntil) };
    },
  });
}

function testSend({ app, ctx }: Door): void {
  app.post<ById & { Body: { path?: string } }>('/api/destinations/:id/test', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Send a destination one test message',
      tags,
      params: byId,
      body: TestSendSchema,
      response: { 200: TestResultSchema, ...errors(...bodyErrors, 404, 422) },
    },
    handler: async (request) => {
      const id = readId(request.params.id, 'id');
      const { deliveryId, result } = await testDestination(ctx, id, request.body.path);
      return {
        delivery_id: deliveryId,
        outcome: result.outcome,
        status_code: result.statusCode,
        duration_ms: Math.round(result.durationMs),
        error_msg: result.error,
        response_excerpt: result.responseExcerpt,
      };
    },
  });
}
