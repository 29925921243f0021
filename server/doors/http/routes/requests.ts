/** Requests: send one, look at one, list, stop, redeliver. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { AcceptedSchema, DeliveryConfigSchema, PostRequestSchema } from '../../../../core/contract/intake.ts';
import { RequestDetailSchema, RequestListSchema, RequestSchema } from '../../../../core/contract/views.ts';
import { AppError } from '../../../../core/errors.ts';
import type { ListOrder } from '../../../../core/list-order.ts';
import { requestStates } from '../../../../core/request.ts';
import { notFound, redeliverOne } from '../../../operator/redeliver-request.ts';
import { type Retarget, retargetOne } from '../../../operator/retarget-request.ts';
import { cancelOne, deleteOne } from '../../../operator/stop-request.ts';
import { awaitOutcome } from '../../../views/await-outcome.ts';
import { requestDetailJson, requestView } from '../../../views/request-view.ts';
import { within } from '../console/record-actions.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';
import {
  OrderQuery,
  PageQuery,
  RequestFilterQuery,
  type RequestQuery,
  readFilter,
  readId,
  readPage,
} from '../query.ts';

const byCustomId = Type.Object({ custom_id: Type.String() });
type ByCustomId = { Params: { custom_id: string } };

/** Longest time a look may be held, in seconds. */
const mostWaitS = 60;

export function requestRoutes(door: Door): void {
  postRequest(door);
  listRequests(door);
  showRequest(door);
  stopRequest(door);
  redeliverRequest(door);
  retargetRequest(door);
}

function postRequest({ app, intake, entrance }: Door): void {
  app.post('/api/requests', {
    config: { scopes: ['produce'], keepsBytes: true },
    // The verb checks the shape itself: other doors take the same requests, and it needs the bytes as well.
    validatorCompiler: () => () => true,
    schema: {
      summary: 'Send one request',
      description:
        'Answered after the request is on disk. The same content again is answered as the first time.',
      tags: ['requests'],
      body: PostRequestSchema,
      response: { 202: AcceptedSchema, ...errors(...bodyErrors, 409, 422) },
    },
    handler: async (request, reply) => {
      entrance.check();
      const { customId } = await intake.accept(request.bytes ?? Buffer.alloc(0), 'http');
      return reply.code(202).send({ custom_id: customId });
    },
  });
}

function listRequests({ app, ctx }: Door): void {
  app.get<{ Querystring: RequestQuery & { cursor?: string; limit?: string; order?: ListOrder } }>(
    '/api/requests',
    {
      config: { scopes: ['read'] },
      schema: {
        summary: 'List requests, newest or oldest first',
        tags: ['requests'],
        querystring: Type.Object(
          { ...RequestFilterQuery, ...PageQuery, ...OrderQuery },
          { additionalProperties: false },
        ),
        response: { 200: RequestListSchema, ...errors(422) },
      },
      handler: async ({ query }) => {
        const { rows, nextCursor } = await ctx.store.listRequests({
          ...readFilter(query),
          ...readPage(query),
        });
        return {
          data: rows.map(requestView),
          next_cursor: nextCursor === null ? null : String(nextCursor),
        };
      },
    },
  );
}

function showRequest({ app, ctx, stopping }: Door): void {
  app.get<ByCustomId & { Querystring: { wait?: string } }>('/api/requests/:custom_id', {
    config: { scopes: ['produce', 'read'] },
    schema: {
      summary: 'Look at one request, with its result and attempts',
      tags: ['requests'],
      params: byCustomId,
      querystring: Type.Object(
        {
          wait: Type.Optional(
            Type.String({ description: `Hold the answer until the outcome, at most ${mostWaitS} seconds.` }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: RequestDetailSchema, ...errors(404, 422) },
    },
    handler: async (request, reply) => {
      const { custom_id } = request.params;
      const { wait } = request.query;
      if (wait !== undefined) {
        const limitMs = Math.min(readId(wait, 'wait'), mostWaitS) * 1_000;
        await awaitOutcome(ctx, custom_id, limitMs, AbortSignal.any([goneSignal(reply), stopping]));
      }
      const json = await requestDetailJson(ctx, custom_id);
      if (json === null) throw new AppError('not_found', notFound(custom_id));
      return reply.type('application/json; charset=utf-8').send(json);
    },
  });
}

/** Aborts when the caller goes away. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

function stopRequest({ app, ctx }: Door): void {
  app.post<ByCustomId>('/api/requests/:custom_id/cancel', {
    config: { scopes: ['produce'] },
    schema: {
      summary: 'Cancel a request while its batch is building',
      description: 'It ends with the outcome cancelled, which is delivered.',
      tags: ['requests'],
      params: byCustomId,
      response: { 202: AcceptedSchema, ...errors(...bodyErrors, 404, 409) },
    },
    handler: async (request, reply) => {
      await cancelOne(ctx, request.params.custom_id);
      return reply.code(202).send({ custom_id: request.params.custom_id });
    },
  });
  app.delete<ByCustomId>('/api/requests/:custom_id', {
    config: { scopes: ['produce'] },
    schema: {
      summary: 'Delete a request while its batch is building',
      tags: ['requests'],
      params: byCustomId,
      response: { 204: Type.Null({ description: 'Deleted.' }), ...errors(...bodyErrors, 404, 409) },
    },
    handler: async (request, reply) => {
      await deleteOne(ctx, request.params.custom_id);
      return reply.code(204).send();
    },
  });
}

function redeliverRequest({ app, ctx }: Door): void {
  app.post<ByCustomId>('/api/requests/:custom_id/redeliver', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Deliver one outcome again',
      tags: ['requests'],
      params: byCustomId,
      response: {
        202: Type.Object({
          id: Type.Integer(),
          custom_id: Type.String(),
          state: Type.Enum([...requestStates]),
          message: Type.String(),
        }),
        ...errors(...bodyErrors, 404, 409, 422),
      },
    },
    handler: async (request, reply) => {
      const redelivered = await redeliverOne(
        within(ctx, request),
        request.params.custom_id,
        actorOf(request),
      );
      return reply.code(202).send({ ...redelivered, message: 'The outcome is delivered again.' });
    },
  });
}

function retargetRequest({ app, ctx, intake }: Door): void {
  app.patch<ByCustomId & { Body: { delivery_config: Retarget['config'] } }>('/api/requests/:custom_id', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Send the outcome of one request elsewhere, from the next attempt on',
      description:
        'Checked as at intake. What posting the same request again is compared with stays as it was posted.',
      tags: ['requests'],
      params: byCustomId,
      body: Type.Object({ delivery_config: DeliveryConfigSchema }, { additionalProperties: false }),
      response: { 200: RequestSchema, ...errors(...bodyErrors, 404, 409, 422) },
    },
    handler: async (request) => {
      const { delivery_config: config } = request.body;
      const customId = request.params.custom_id;
      return requestView(
        await retargetOne(within(ctx, request), intake.targets, {
          customId,
          config,
          actor: actorOf(request),
        }),
      );
    },
  });
}
