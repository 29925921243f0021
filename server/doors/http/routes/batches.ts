/** Batches: lists, details, files, and what an operator may order. */

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { type BatchState, batchStates } from '../../../../core/batch.ts';
import { BatchDetailSchema, BatchListSchema, BatchSchema } from '../../../../core/contract/views.ts';
import { AppError } from '../../../../core/errors.ts';
import type { ListOrder } from '../../../../core/list-order.ts';
import { cancelBatchByOrder } from '../../../operator/cancel-batch.ts';
import { deleteWholeBatch } from '../../../operator/delete-batch.ts';
import { findBatch } from '../../../operator/find-batch.ts';
import { restartFailedBatch } from '../../../operator/restart-batch.ts';
import { resubmitVanished } from '../../../operator/resubmit-batch.ts';
import { uploadBatchNow } from '../../../operator/upload-batch.ts';
import { batchDetailView, batchView, batchViews } from '../../../views/batch-view.ts';
import { type FileType, fileTypes, streamFile } from '../../../views/stream-files.ts';
import { within } from '../console/record-actions.ts';
import { actorOf, bodyErrors, type Door, errors, jsonLines } from '../door.ts';
import { OrderQuery, PageQuery, readId, readPage } from '../query.ts';
import { batchRedeliveryRoute } from './redeliveries.ts';

const byId = Type.Object({ id: Type.String() });
type ById = { Params: { id: string } };

export function batchRoutes(door: Door): void {
  listBatches(door);
  showBatch(door);
  orderMoves(door);
  batchRedeliveryRoute(door);
  deleteBatch(door);
  files(door);
}

interface ListQuery {
  readonly state?: BatchState;
  readonly model?: string;
  readonly endpoint?: string;
  readonly cursor?: string;
  readonly limit?: string;
  readonly order?: ListOrder;
}

function listBatches({ app, ctx }: Door): void {
  app.get<{ Querystring: ListQuery }>('/api/batches', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'List batches, newest or oldest first',
      tags: ['batches'],
      querystring: Type.Object(
        {
          state: Type.Optional(Type.Enum([...batchStates])),
          model: Type.Optional(Type.String()),
          endpoint: Type.Optional(Type.String()),
          ...PageQuery,
          ...OrderQuery,
        },
        { additionalProperties: false },
      ),
      response: { 200: BatchListSchema, ...errors(422) },
    },
    handler: async ({ query }) => {
      const { state, model, endpoint } = query;
      const page = readPage(query);
      const rows = await ctx.store.listBatches({
        ...page,
        ...(state === undefined ? {} : { states: [state] }),
        ...(model === undefined ? {} : { model }),
        ...(endpoint === undefined ? {} : { endpoint }),
      });
      const last = rows.length === page.limit ? rows.at(-1) : undefined;
      return { data: await batchViews(ctx, rows), next_cursor: last ? String(last.id) : null };
    },
  });
}

function showBatch({ app, ctx }: Door): void {
  app.get<ById>('/api/batches/:id', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'Look at one batch, with its transitions',
      tags: ['batches'],
      params: byId,
      response: { 200: BatchDetailSchema, ...errors(404, 422) },
    },
    handler: async ({ params }) => {
      const id = readId(params.id, 'id');
      const view = await batchDetailView(ctx, id);
      if (!view) throw new AppError('not_found', `There is no batch ${id}.`);
      return view;
    },
  });
}

function orderMoves({ app, ctx }: Door): void {
  const orders = {
    upload: { verb: uploadBatchNow, summary: 'Close an open batch and upload it now' },
    cancel: {
      verb: cancelBatchByOrder,
      summary: 'Cancel a batch; what OpenAI has finished is still delivered',
    },
    resubmit: {
      verb: resubmitVanished,
      summary: 'Send a batch again that OpenAI does not know any more; what it cost there is paid twice',
    },
    restart: { verb: restartFailedBatch, summary: 'Send the unfinished requests of a failed batch again' },
  } as const;
  for (const [name, { verb, summary }] of Object.entries(orders)) {
    app.post<ById>(`/api/batches/:id/${name}`, {
      config: { scopes: ['operate'] },
      schema: {
        summary,
        tags: ['batches'],
        params: byId,
        response: { 202: BatchSchema, ...errors(...bodyErrors, 404, 409, 422) },
      },
      handler: async (request, reply) => {
        const row = await verb(within(ctx, request), readId(request.params.id, 'id'), actorOf(request));
        return reply.code(202).send(batchView(row));
      },
    });
  }
}

function deleteBatch({ app, ctx }: Door): void {
  app.delete<ById & { Querystring: { undelivered?: 'true' | 'false' } }>('/api/batches/:id', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Delete an ended batch with everything under it, here and at OpenAI',
      tags: ['batches'],
      params: byId,
      querystring: Type.Object(
        {
          undelivered: Type.Optional(
            Type.Enum(['true', 'false'], { description: 'Even what was not delivered.' }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 202: Type.Object({ requests: Type.Integer() }), ...errors(...bodyErrors, 404, 409, 422) },
    },
    handler: async (request, reply) => {
      const requests = await deleteWholeBatch(within(ctx, request), readId(request.params.id, 'id'), {
        evenUndelivered: request.query.undelivered === 'true',
        actor: actorOf(request),
      });
      return reply.code(202).send({ requests });
    },
  });
}

/** The second address is the original's. */
const fileAddresses = ['/api/batches/:id/files/:type', '/batches/:id/files/:type/download'] as const;

function files({ app, ctx }: Door): void {
  for (const address of fileAddresses) {
    app.get<{ Params: { id: string; type: FileType } }>(address, {
      config: { scopes: ['read'] },
      schema: {
        summary: "Download a batch's input, output or error lines from our own store",
        tags: ['batches'],
        params: Type.Object({ id: Type.String(), type: Type.Enum([...fileTypes]) }),
        response: { 200: jsonLines, ...errors(404, 422) },
      },
      handler: async ({ params }, reply) => {
        const batch = await findBatch(ctx, readId(params.id, 'id'));
        return sendLines(
          reply,
          streamFile(ctx, batch, params.type),
          `batch-${batch.id}-${params.type}.jsonl`,
        );
      },
    });
  }
}

/** Streams JSON lines with flat memory. */
export function sendLines(
  reply: FastifyReply,
  lines: AsyncIterable<Uint8Array>,
  filename: string,
): FastifyReply {
  return reply
    .header('content-type', 'application/jsonl')
    .header('content-disposition', `attachment; filename="${filename}"`)
    .send(Readable.from(lines, { objectMode: false }));
}
