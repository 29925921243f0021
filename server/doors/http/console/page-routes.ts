/** The console's pages and files. Every page is the same document; the address says what it shows. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../../core/errors.ts';
import type { Door } from '../door.ts';
import { type ConsoleFile, ConsoleFiles } from './console-files.ts';
import { notBuilt } from './not-built.ts';

/** Addresses of pages; the last segment of some holds whatever a record is called. */
export const pageAddresses = [
  '/',
  '/batches',
  '/batches/:id',
  '/requests',
  '/requests/:id',
  '/destinations',
  '/destinations/:id',
  '/activity',
  '/settings',
  '/settings/:section',
  '/sign-in',
] as const;

/** Where the original's users look for the job dashboard and the admin view. */
export const movedAddresses = { '/oban': '/activity', '/admin': '/settings/records' } as const;

export const fileAddresses = ['/assets/:name', '/favicon.svg', '/theme.js'] as const;

/** Only this host, no inline script, no frame around us. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export function consolePages({ app, consoleFolder }: Door): void {
  const files = new ConsoleFiles(consoleFolder);
  const schema = { hide: true };
  for (const address of pageAddresses) {
    app.get(address, { schema, handler: async (request, reply) => sendPage(files, request, reply) });
  }
  for (const [from, to] of Object.entries(movedAddresses)) {
    app.get(from, { schema, handler: async (_request, reply) => reply.redirect(to) });
  }
  for (const address of fileAddresses) {
    app.get(address, {
      schema,
      handler: async (request, reply) => {
        const [path = '/'] = request.url.split('?');
        const file = files.find(path);
        if (!file) throw new AppError('not_found', `The console has no file ${path}. Load the page again.`);
        return sendFile(file, request, reply);
      },
    });
  }
}

function sendPage(files: ConsoleFiles, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply
    .header('content-security-policy', contentSecurityPolicy)
    .header('x-frame-options', 'DENY')
    .header('referrer-policy', 'same-origin');
  const page = files.find('/index.html');
  if (page) return sendFile(page, request, reply);
  return reply.code(503).type('text/html; charset=utf-8').send(notBuilt);
}

function sendFile(file: ConsoleFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply
    .header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    .header('etag', file.etag)
    .header('vary', 'accept-encoding')
    .header('x-content-type-options', 'nosniff');
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (zipped) reply.header('content-encoding', 'gzip');
  return reply.type(file.type).send(zipped ? file.gzip : file.bytes);
}
