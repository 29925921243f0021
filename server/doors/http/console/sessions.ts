/**
 * Sessions of people in a browser: a signed cookie that says who, until when, and by what. A changed password or a
 * revoked key ends the sessions that came by it; stored is only which were signed out of before their time.
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../../core/errors.ts';
import { keepSecret } from '../../../config/secrets.ts';
import type { Settings } from '../../../config/settings.ts';
import type { Context } from '../../../context.ts';
import type { Scope } from '../../../operator/api-keys.ts';

export const sessionCookie = 'batch_manager_session';
const longestMs = 12 * 3_600_000;

export interface Session {
  readonly id: string;
  readonly actor: string;
  readonly scopes: readonly Scope[];
  /** Epoch milliseconds. */
  readonly until: number;
  /** Of the password it came by, or hash of the key. */
  readonly proof: string;
  readonly by: 'password' | 'key';
}

export class Sessions {
  readonly #ctx: Context;
  #secret: string | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** Whether a password was set for the console. */
  get guarded(): boolean {
    const { CONSOLE_PASSWORD, CONSOLE_READ_PASSWORD } = this.#ctx.settings;
    return CONSOLE_PASSWORD !== null || CONSOLE_READ_PASSWORD !== null;
  }

  /** The session that a password opens, or null. */
  openByPassword(given: string): Session | null {
    const proof = this.#proofOf(given);
    for (const { password, actor, scopes } of this.#passwords()) {
      if (same(this.#proofOf(password), proof)) return this.#begin({ actor, scopes, proof, by: 'password' });
    }
    return null;
  }

  /** The session that an API key opens. */
  openByKey(keyHash: string, actor: string, scopes: readonly Scope[]): Session {
    return this.#begin({ actor, scopes, proof: keyHash, by: 'key' });
  }

  #begin(session: Omit<Session, 'id' | 'until'>): Session {
    return { id: randomUUID(), until: this.#ctx.clock.now() + longestMs, ...session };
  }

  /** From now on no replica takes its cookie any more, whoever has a copy. */
  async end({ id, until }: Session): Promise<void> {
    await this.#ctx.store.endSession({ sessionId: id, until });
  }

  /** The cookie's value. */
  write(session: Session): string {
    const content = Buffer.from(JSON.stringify(session)).toString('base64url');
    return `${content}.${this.#sign(content)}`;
  }

  /** The session of a request's cookies; null when there is none that holds. */
  async read(cookies: string | undefined): Promise<Session | null> {
    const session = this.#signed(cookies);
    if (!session || !this.#stands(session)) return null;
    return (await this.#ctx.store.hasSessionEnded({ sessionId: session.id })) ? null : session;
  }

  /** What the cookie says, when it was we who said it. */
  #signed(cookies: string | undefined): Session | null {
    const value = cookies
      ?.split(';')
      .map((one) => one.trim())
      .find((one) => one.startsWith(`${sessionCookie}=`))
      ?.slice(sessionCookie.length + 1);
    const [content = '', signature = ''] = value?.split('.') ?? [];
    if (content === '' || !same(this.#sign(content), signature)) return null;
    return JSON.parse(Buffer.from(content, 'base64url').toString('utf8')) as Session;
  }

  #stands({ id, until, by, proof }: Partial<Session>): boolean {
    // Cookies of before they had an id cannot be ended, so they are not taken.
    if (id === undefined || until === undefined || until <= this.#ctx.clock.now()) return false;
    // Whether the key stands is for the authenticator to say.
    if (by === 'key') return true;
    return this.#passwords().some(({ password }) => same(this.#proofOf(password), proof ?? ''));
  }

  #passwords(): { password: string; actor: string; scopes: readonly Scope[] }[] {
    const { CONSOLE_PASSWORD: operator, CONSOLE_READ_PASSWORD: reader } = this.#ctx.settings;
    return [
      ...(operator === null ? [] : [{ password: operator, actor: 'operator', scopes: ['operate'] as const }]),
      ...(reader === null ? [] : [{ password: reader, actor: 'reader', scopes: ['read'] as const }]),
    ];
  }

  /** Goes out with the cookie: without our secret nobody can try passwords against it. */
  #proofOf(password: string): string {
    return this.#mac(`console password ${password}`);
  }

  #sign(content: string): string {
    return this.#mac(`console session ${content}`);
  }

  #mac(text: string): string {
    const { settings } = this.#ctx;
    this.#secret ??=
      settings.SECRET_KEY_BASE ??
      keepSecret(settings.DATABASE_PATH, 'session-secret', () => randomBytes(32).toString('hex'));
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The header that only a page of ours can send along with a cookie. */
export const consoleHeader = 'x-console';

interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly [name: string]: string | string[] | undefined;
}

/** @throws AppError `forbidden` when another site's page sent this */
export function refuseForeignPage(
  { PUBLIC_URL }: Pick<Settings, 'PUBLIC_URL'>,
  method: string,
  headers: Headers,
  needsHeader: boolean,
): void {
  if (method === 'GET' || method === 'HEAD') return;
  const { origin, host } = headers;
  // A proxy in front may put its own name into Host; what others call this service stands in PUBLIC_URL.
  const own = [host, PUBLIC_URL === null ? null : hostOf(PUBLIC_URL)];
  const foreign = origin !== undefined && !own.includes(hostOf(origin) ?? undefined);
  if (!foreign && !(needsHeader && headers[consoleHeader] === undefined)) return;
  throw new AppError('forbidden', 'A page of another site may not order anything here.');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
