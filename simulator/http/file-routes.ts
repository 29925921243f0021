import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type StoredFile, showFile } from '../files/file-store.ts';
import { receiveUpload } from '../files/receive-upload.ts';
import type { World } from '../world.ts';
import { ApiError } from './api-error.ts';
import { readPage, showPage } from './pages.ts';
import { serveCall } from './serve-call.ts';

type ById = { Params: { id: string } };
type Listing = { Querystring: Record<string, string | undefined> };

const mostFilesInPage = 10_000;

/** `/v1/files`. */
export function addFileRoutes(app: FastifyInstance, world: World): void {
  app.addContentTypeParser('multipart/form-data', (_request, payload, done) => done(null, payload));

  app.post('/v1/files', { bodyLimit: Number.MAX_SAFE_INTEGER }, (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'files.create' },
      about: [],
      act: async (concerns) => {
        const body = request.body as Readable | undefined;
        const onName = (name: string) => {
          concerns(`name ${name}`);
          world.events.emit('upload-begun', name);
        };
        return { json: showFile(await receiveUpload(world, request.headers, body, onName)) };
      },
    }),
  );

  app.get<Listing>('/v1/files', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'files.list' },
      about: [],
      act: () => ({ json: listFiles(world, request.query) }),
    }),
  );

  app.get<ById>('/v1/files/:id', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'files.get' },
      about: [`file ${request.params.id}`],
      act: () => ({ json: showFile(findFile(world, request.params.id)) }),
    }),
  );

  app.get<ById>('/v1/files/:id/content', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'files.content' },
      about: [`file ${request.params.id}`],
      act: () => ({ file: findFile(world, request.params.id) }),
    }),
  );

  app.delete<ById>('/v1/files/:id', (request, reply) =>
    serveCall(world, request, reply, {
      facts: { route: 'files.delete' },
      about: [`file ${request.params.id}`],
      act: async () => {
        const file = findFile(world, request.params.id);
        await world.files.remove(file);
        return { json: { id: file.id, object: 'file', deleted: true } };
      },
    }),
  );
}

function findFile(world: World, id: string): StoredFile {
  const file = world.files.find(id);
  if (file === undefined) throw new ApiError(404, { message: `No such File object: ${id}`, param: 'id' });
  return file;
}

function listFiles(world: World, query: Record<string, string | undefined>): unknown {
  const files = world.files.list();
  if (query['order'] !== 'asc') files.reverse();
  const { purpose } = query;
  const wanted = purpose === undefined ? files : files.filter((file) => file.purpose === purpose);
  return showPage(wanted, readPage(query, mostFilesInPage, mostFilesInPage), showFile);
}
