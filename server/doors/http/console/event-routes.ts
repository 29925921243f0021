/** Live messages as server-sent events. */
import type { FastifyReply } from 'fastify';
import { AppError } from '../../../../core/errors.ts';
import { Live } from '../../../views/live.ts';
import type { Door } from '../door.ts';

const mostPages = 200;
/** Shorter than the silence after which proxies, and our own idle limit, close a connection. */
const beatMs = 20_000;

export function eventRoutes({ app, ctx, stopping }: Door): void {
  const live = new Live(ctx);
  let open = 0;
  app.get('/api/console/events', {
    config: { scopes: ['read'] },
    schema: { hide: true },
    handler: async (request, reply) => {
      if (stopping.aborted) throw new AppError('stopping', 'The service is stopping.');
      if (open >= mostPages) throw new AppError('overloaded', `${mostPages} pages listen already.`);
      open += 1;
      const send = openStream(reply);
      const off = live.listen((id, message) => send(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`));
      const beat = setInterval(() => send(': still here\n\n'), beatMs);
      const close = () => reply.raw.end();
      stopping.addEventListener('abort', close);
      reply.raw.once('close', () => {
        open -= 1;
        off();
        clearInterval(beat);
        stopping.removeEventListener('abort', close);
      });
      const seen = Number(request.headers['last-event-id']);
      const { id, message } = await live.greet(Number.isSafeInteger(seen) && seen > 0 ? seen : null);
      send(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
    },
  });
}

/** A page that does not read is let go rather than buffered for. */
function openStream(reply: FastifyReply): (text: string) => void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.write('retry: 2000\n\n');
  return (text) => {
    if (raw.writableLength > 100_000) raw.destroy();
    else if (!raw.writableEnded) raw.write(text);
  };
}
