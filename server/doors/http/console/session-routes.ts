/** Signing in and out, and who is signed in. */
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { SessionView } from '../../../../core/contract/console.ts';
import { AppError } from '../../../../core/errors.ts';
import packageJson from '../../../../package.json' with { type: 'json' };
import { isoTime } from '../../../views/times.ts';
import type { Caller } from '../authenticate.ts';
import type { Door } from '../door.ts';
import { Attempts } from './attempts.ts';
import { refuseForeignPage, type Session, sessionCookie } from './sessions.ts';

export function sessionRoutes({ app, ctx, auth }: Door): void {
  const attempts = new Attempts();
  const { sessions } = auth;

  async function view(request: FastifyRequest): Promise<SessionView> {
    const caller = await auth.recognise(request).catch(() => null);
    return {
      actor: caller?.actor ?? null,
      role: roleOf(caller),
      signs_in: !(await auth.isOpen()),
      version: packageJson.version,
      now: isoTime(ctx.clock.now()),
      openai_console: openaiConsole(ctx.settings.OPENAI_BASE_URL),
    };
  }

  /** By password, or by an API key that may look. */
  async function open(secret: string): Promise<Session | null> {
    const byPassword = sessions.openByPassword(secret);
    if (byPassword) return byPassword;
    const found = await auth.findKey(secret);
    if (!found || roleOf(found.caller) === null) return null;
    return sessions.openByKey(found.hash, found.caller.actor, [...found.caller.scopes]);
  }

  app.get('/api/console/session', { schema: { hide: true }, handler: (request) => view(request) });

  app.post<{ Body: { secret: string } }>('/api/console/session', {
    schema: {
      hide: true,
      body: Type.Object({ secret: Type.String({ minLength: 1, maxLength: 1_000 }) }),
    },
    handler: async (request, reply) => {
      refuseForeignPage(ctx.settings, 'POST', request.headers, true);
      const now = ctx.clock.now();
      attempts.check(request.ip, now);
      const session = await open(request.body.secret);
      if (!session) {
        attempts.failed(request.ip);
        ctx.log.warn({ event: 'sign_in_failed', address: request.ip });
        throw new AppError('forbidden', 'This is neither the password nor an API key that may look here.');
      }
      ctx.log.info({ event: 'signed_in', actor: session.actor, address: request.ip });
      const seconds = Math.floor((session.until - now) / 1_000);
      reply.header('set-cookie', cookie(request, sessions.write(session), seconds));
      return reply.code(204).send();
    },
  });

  app.delete('/api/console/session', {
    schema: { hide: true },
    handler: async (request, reply) => {
      refuseForeignPage(ctx.settings, 'DELETE', request.headers, true);
      const session = await sessions.read(request.headers.cookie);
      if (session) {
        await sessions.end(session);
        ctx.log.info({ event: 'signed_out', actor: session.actor });
      }
      return reply
        .header('set-cookie', cookie(request, '', 0))
        .code(204)
        .send();
    },
  });
}

/** Where OpenAI shows the batches of `baseUrl`; null when that is not OpenAI. */
export function openaiConsole(baseUrl: string): string | null {
  const { hostname } = new URL(baseUrl);
  const isOpenAI = hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com');
  return isOpenAI ? 'https://platform.openai.com' : null;
}

function roleOf(caller: Caller | null): SessionView['role'] {
  if (caller?.scopes.has('operate')) return 'operator';
  return caller?.scopes.has('read') ? 'reader' : null;
}

/** Readable by no script, sent to no other site; over TLS alone where the page came that way. */
function cookie(request: FastifyRequest, value: string, seconds: number): string {
  const secure = String(request.headers['x-forwarded-proto'] ?? '').startsWith('https') ? '; Secure' : '';
  return `${sessionCookie}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
