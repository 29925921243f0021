import type { FastifyInstance } from 'fastify';
import { type Batch, showBatch } from '../life/batch.ts';
import { createBatch } from '../life/create-batch.ts';
import { cancel, countDone } from '../life/live.ts';
import type { World } from '../world.ts';
import { ApiError } from './api-error.ts';
import { readPage, showPage } from './pages.ts';
import { serveCall } from './serve-call.ts';

type ById = { Params: { id: string } };
type Listing = { Querystring: Record<string, string | undefined> };

/** `/v1/batches`. */
export function addBatchRoutes(app: FastifyInstance, world: World): void {
  const show = (batch: Batch): unknown => showBatch(batch, countDone(world, batch));

  app.post('/v1/batches', (request, reply) => {
    const body = isObject(request.body) ? request.body : {};
    const metadata = isObject(body['metadata']) ? (body['metadata'] as Record<string, string>) : null;
    const file = world.files.find(String(body['input_file_id']));
    const about = [`file ${body['input_file_id']}`];
    if (metadata !== null) about.push(`metadata ${JSON.stringify(metadata)}`);
    return serveCall(world, request, reply, {
      facts: { route: 'batches.create', endpoint: String(body['endpoint']), model: file?.model, metadata },
      about,
      act: async () => ({ json: show(await createBatch(world, body)) }),
    });
  });

  app.get<Listing>('/v1/batches', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'batches.list' },
      about: [],
      act: () => {
        const page = readPage(request.query, 100, 20);
        return { json: showPage(world.batches.list(world.clock.now()), page, show) };
      },
    }),
  );

  app.get<ById>('/v1/batches/:id', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'batches.get', ...factsOf(world, request.params.id) },
      about: [`batch ${request.params.id}`],
      act: () => ({ json: show(findBatch(world, request.params.id)) }),
    }),
  );

  app.post<ById>('/v1/batches/:id/cancel', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'batches.cancel', ...factsOf(world, request.params.id) },
      about: [`batch ${request.params.id}`],
      act: () => ({ json: show(cancelBatch(world, request.params.id)) }),
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function factsOf(world: World, id: string): Partial<Pick<Batch, 'endpoint' | 'model' | 'metadata'>> {
  const batch = world.batches.find(id);
  return batch === undefined
    ? {}
    : { endpoint: batch.endpoint, model: batch.model, metadata: batch.metadata };
}

function findBatch(world: World, id: string): Batch {
  const batch = world.batches.find(id);
  if (batch === undefined) throw new ApiError(404, { message: `No batch found with id '${id}'.` });
  return batch;
}

/** A finished batch is a 409; one that is being cancelled, or was, is simply shown again (real API, 2025 and 2026). */
function cancelBatch(world: World, id: string): Batch {
  const batch = findBatch(world, id);
  if (batch.status === 'completed' || batch.status === 'failed' || batch.status === 'expired') {
    throw new ApiError(409, { message: `Cannot cancel a batch with status '${batch.status}'.` });
  }
  cancel(world, batch);
  return batch;
}
