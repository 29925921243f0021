/**
 * Every order that comes through the door is written down: who, what, when, how it ended. While it runs, the same order
 * from elsewhere is answered with 409 and the name of who was first.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../../core/errors.ts';
import type { Context } from '../../../context.ts';
import { withinOrder } from '../../../store/within-order.ts';
import { actorOf } from '../door.ts';

/** An order that has not ended by then belongs to a process that is gone. */
const longestMs = 120_000;
const running = Symbol('action');

type Recorded = FastifyRequest & { [running]?: number };

/** Adds itself to routes that only operators may call; intake and lists pay nothing for it. */
export function recordActions(app: FastifyInstance, ctx: Context): void {
  app.addHook('onRoute', (route) => {
    const orders = [route.method].flat().some((method) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
    if (!orders || !route.config?.scopes?.includes('operate')) return;
    const begin = (request: FastifyRequest) => beginOrder(ctx, request, route.url);
    const end = (request: FastifyRequest, reply: FastifyReply, content: unknown) =>
      endOrder(ctx, request, reply, content);
    route.preHandler = [begin, ...[route.preHandler ?? []].flat()];
    route.onSend = [...[route.onSend ?? []].flat(), end];
  });
}

async function beginOrder(ctx: Context, request: FastifyRequest, template: string): Promise<void> {
  const { action, subject } = nameOrder(request.method, template, request.params as Record<string, string>);
  const begun = await ctx.store.beginAction({
    key: `${request.method} ${request.url}`.slice(0, 7_000),
    action,
    subject,
    actor: actorOf(request),
    now: ctx.clock.now(),
    longestMs,
  });
  if (begun.kind === 'begun') {
    (request as Recorded)[running] = begun.id;
    return;
  }
  const since = new Date(begun.since).toISOString();
  throw new AppError('already_running', `The same order runs already: by ${begun.actor}, since ${since}.`);
}

/** What this order's verb is given: its entry is closed in the transaction that carries the order out. */
export function within(ctx: Context, request: FastifyRequest): Context {
  const id = (request as Recorded)[running];
  if (id === undefined) return ctx;
  return Object.create(ctx, { store: { value: withinOrder(ctx.store, id, ctx.clock) } }) as Context;
}

async function endOrder(ctx: Context, request: FastifyRequest, reply: FastifyReply, content: unknown) {
  const id = (request as Recorded)[running];
  if (id !== undefined) {
    delete (request as Recorded)[running];
    const message = reply.statusCode < 400 ? null : refusalIn(content);
    await ctx.store.endAction({ id, status: reply.statusCode, message, now: ctx.clock.now() });
  }
  return content;
}

function refusalIn(content: unknown): string {
  const { errors } = JSON.parse(typeof content === 'string' ? content : '{}') as {
    errors?: { detail: string }[];
  };
  return (errors ?? []).map(({ detail }) => detail).join(' ');
}

const words: Readonly<Record<string, string>> = {
  POST: 'make',
  PUT: 'change',
  PATCH: 'change',
  DELETE: 'delete',
};

/** `POST /api/batches/:id/cancel` with id 12 → cancel, "batch 12"; `DELETE /api/keys/:id` → delete, "key 3". */
export function nameOrder(
  method: string,
  template: string,
  params: Readonly<Record<string, string>>,
): { readonly action: string; readonly subject: string } {
  const [, , noun = '', ...rest] = template.split('/').filter((part) => part !== 'console');
  const verb = rest.findLast((part) => !part.startsWith(':'));
  const names = rest.filter((part) => part.startsWith(':')).map((part) => params[part.slice(1)] ?? '');
  const one = noun.replace(/(ch)es$/, '$1').replace(/s$/, '');
  return {
    action: verb ?? words[method] ?? method,
    subject: [one, ...names].join(' ').slice(0, 600),
  };
}
