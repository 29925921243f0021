/** Floor of intake: the same route with authentication, lexical pass, validation and hash; it stores nothing. */
import { hash } from 'node:crypto';
import Fastify from 'fastify';
import { defaultLimits } from '../../core/limits.ts';
import { readArrival } from '../../server/pipeline/1-intake/read-arrival.ts';
import { readInput, tell } from '../task.ts';

const { key } = readInput<{ key: string }>();
const known = new Set([hash('sha256', key)]);
const app = Fastify({ bodyLimit: 16_000_000 });
app.removeAllContentTypeParsers();
app.addContentTypeParser(
  'application/json',
  { parseAs: 'buffer' },
  async (_request: unknown, body: Buffer) => body,
);
app.addHook('onRequest', async (request, reply) => {
  const given = request.headers.authorization?.slice('Bearer '.length) ?? '';
  if (!known.has(hash('sha256', given))) return reply.code(401).send();
});
app.post<{ Body: Buffer }>('/api/requests', async (request, reply) => {
  const { customId } = readArrival(request.body, {
    limits: defaultLimits,
    channels: { rabbitmq: false, prefixes: new Map() },
  });
  return reply.code(202).send({ custom_id: customId });
});
tell({ event: 'listening', url: await app.listen({ host: '127.0.0.1', port: 0 }) });
