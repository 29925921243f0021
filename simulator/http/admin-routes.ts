import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { cancel } from '../life/live.ts';
import { catalogue } from '../scripts/catalogue.ts';
import type { Rule, Script } from '../scripts/rule.ts';
import { listLines, lookAtAll, summarise } from '../seen/seen.ts';
import type { World } from '../world.ts';
import { ApiError } from './api-error.ts';

/** `/__simulator/`: for those who test, not for clients. Needs no key, so the server stays on loopback. */
export function addAdminRoutes(app: FastifyInstance, world: World): void {
  app.get<{ Querystring: { summary?: string } }>('/__simulator/seen', (request) =>
    request.query.summary === undefined ? lookAtAll(world) : summarise(world),
  );

  app.get('/__simulator/lines', (_request, reply) => {
    reply.header('content-type', 'application/jsonl');
    return reply.send(Readable.from(writeLines(world), { objectMode: false }));
  });

  app.post<{ Body: { advanceMs?: number } }>('/__simulator/clock', async (request) => {
    const ms = request.body?.advanceMs;
    if (typeof ms !== 'number' || !(ms >= 0))
      throw new ApiError(400, { message: 'advanceMs must be 0 or more.' });
    await world.clock.advance(ms);
    return { now: world.clock.now() };
  });

  app.get('/__simulator/scripts', () => ({
    active: world.rules.names(),
    scripts: catalogue.map(({ name, doc }) => ({ name, doc })),
  }));

  app.post<{ Body: string | Script | Rule | { name: string } }>('/__simulator/scripts', (request) => {
    const { body } = request;
    try {
      const isName = typeof body === 'object' && body !== null && 'name' in body && !('rules' in body);
      world.rules.add(isName ? body.name : (body as string | Script | Rule));
    } catch (error) {
      throw new ApiError(400, { message: (error as Error).message });
    }
    return { active: world.rules.names() };
  });

  app.delete('/__simulator/scripts', () => {
    world.rules.clear();
    return { active: [] };
  });

  app.post('/__simulator/lift', () => {
    world.rules.lift();
    return { lifted: true };
  });

  app.post<{ Params: { id: string } }>('/__simulator/cancel-batch/:id', (request) => {
    const batch = world.batches.get(request.params.id);
    if (batch === undefined)
      throw new ApiError(404, { message: `No batch found with id '${request.params.id}'.` });
    return { cancelled: cancel(world, batch), status: batch.status };
  });
}

const linesInPiece = 1_000;

function* writeLines(world: World): Generator<string> {
  let piece: string[] = [];
  for (const line of listLines(world)) {
    piece.push(`${JSON.stringify(line)}\n`);
    if (piece.length < linesInPiece) continue;
    yield piece.join('');
    piece = [];
  }
  yield piece.join('');
}
