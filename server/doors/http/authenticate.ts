/** Who is calling, and may they. Bearer keys; without any key the service answers on loopback only. */
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';
import { hashKey, type Scope, scopes } from '../../operator/api-keys.ts';
import { refuseForeignPage, Sessions } from './console/sessions.ts';
import { refuseForeignHost } from './refuse-foreign-host.ts';

export interface Caller {
  /** Stands in transitions and the audit. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** What `operate` may do includes everything else. */
const allScopes: ReadonlySet<Scope> = new Set(scopes);
const anyone: Caller = { actor: 'anonymous', scopes: allScopes };

/** What a request says about who sent it. */
type Asked = Pick<FastifyRequest, 'method' | 'headers'>;

function whose({ actor }: Caller): string {
  return actor.startsWith('key ') ? 'This API key' : `Your session (${actor})`;
}

/** A key that was found is believed for this long; revoking takes effect no later. */
const trustMs = 5_000;

export class Authenticator {
  readonly sessions: Sessions;
  readonly #ctx: Context;
  readonly #fromEnvironment: ReadonlyMap<string, Caller>;
  readonly #trusted = new Map<string, { caller: Caller; until: number }>();
  #open: { value: boolean; until: number } | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.sessions = new Sessions(ctx);
    this.#fromEnvironment = new Map(ctx.settings.API_KEYS.map(parseKey));
  }

  /**
   * The caller with a key that is known without a look at the store: nearly every request, and no promise for it.
   * Null says nothing yet: `authenticate` decides.
   */
  callerAtHand({ headers: { authorization } }: Asked, oneOf: readonly Scope[]): Caller | null {
    const key = authorization === undefined ? undefined : bearerKey(authorization);
    const caller = key === undefined ? null : this.#believed(hashKey(key));
    return caller && mayDo(caller, oneOf) ? caller : null;
  }

  /** @throws AppError `unauthorized` or `forbidden` */
  async authenticate(asked: Asked, oneOf: readonly Scope[]): Promise<Caller> {
    const caller = await this.recognise(asked);
    if (!mayDo(caller, oneOf)) {
      throw new AppError('forbidden', `${whose(caller)} lacks the scope ${oneOf.join(' or ')}.`);
    }
    return caller;
  }

  /**
   * Who sent this: by key, by session, or anybody where that is enough.
   *
   * @throws AppError `unauthorized`, or `forbidden` when a page of another site sent it
   */
  recognise(asked: Asked): Promise<Caller> {
    const { authorization } = asked.headers;
    return authorization === undefined ? this.#withoutKey(asked) : this.#withKey(authorization, asked);
  }

  /** Whether calls without a key are answered: nobody has made a key, or AUTH=none was set on purpose. */
  async isOpen(): Promise<boolean> {
    const now = this.#ctx.clock.now();
    if (this.#open && this.#open.until > now) return this.#open.value;
    const value =
      this.#ctx.settings.AUTH === 'none' ||
      (this.#fromEnvironment.size === 0 && !this.sessions.guarded && !(await this.#hasKeys()));
    this.#open = { value, until: now + trustMs };
    return value;
  }

  /** Forgets what it believes, after keys were made or revoked here. */
  forget(): void {
    this.#open = undefined;
    this.#trusted.clear();
  }

  async #hasKeys(): Promise<boolean> {
    return (await this.#ctx.store.listApiKeys()).some((key) => key.revoked_at === null);
  }

  async #withoutKey({ method, headers }: Asked): Promise<Caller> {
    const session = await this.sessions.read(headers.cookie);
    if (session) {
      const stands = session.by === 'password' || (await this.#callerOf(session.proof)) !== null;
      if (stands) {
        refuseForeignPage(this.#ctx.settings, method, headers, true);
        return { actor: session.actor, scopes: new Set(session.scopes) };
      }
    }
    if (await this.isOpen()) {
      refuseForeignPage(this.#ctx.settings, method, headers, false);
      refuseForeignHost(this.#ctx.settings, headers.host);
      return anyone;
    }
    throw new AppError('unauthorized', 'Send an API key: "Authorization: Bearer <key>".');
  }

  async #withKey(authorization: string, { headers }: Asked): Promise<Caller> {
    const key = bearerKey(authorization);
    if (key === undefined)
      throw new AppError('unauthorized', 'Send the API key as "Authorization: Bearer <key>".');
    const caller = await this.#callerOf(hashKey(key));
    if (caller) return caller;
    if (await this.isOpen()) {
      refuseForeignHost(this.#ctx.settings, headers.host);
      return anyone;
    }
    throw new AppError('unauthorized', 'This API key is not known, or was revoked.');
  }

  /** Who has this key; null when nobody has. */
  async findKey(key: string): Promise<{ readonly hash: string; readonly caller: Caller } | null> {
    const hash = hashKey(key);
    const caller = await this.#callerOf(hash);
    return caller && { hash, caller };
  }

  async #callerOf(hash: string): Promise<Caller | null> {
    const believed = this.#believed(hash);
    if (believed) return believed;
    const row = await this.#ctx.store.findApiKey({ keyHash: hash });
    if (!row) return null;
    const caller = { actor: `key ${row.name}`, scopes: new Set(row.scopes.split(' ') as Scope[]) };
    if (this.#trusted.size > 10_000) this.#trusted.clear();
    this.#trusted.set(hash, { caller, until: this.#ctx.clock.now() + trustMs });
    return caller;
  }

  #believed(hash: string): Caller | null {
    const known = this.#fromEnvironment.get(hash);
    if (known) return known;
    const trusted = this.#trusted.get(hash);
    return trusted && trusted.until > this.#ctx.clock.now() ? trusted.caller : null;
  }
}

function bearerKey(authorization: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

function mayDo({ scopes: has }: Caller, oneOf: readonly Scope[]): boolean {
  return has.has('operate') || oneOf.some((scope) => has.has(scope));
}

/** One entry of API_KEYS, whose form was checked at the start: `name:scopes:key`, or a bare key that may do everything. */
function parseKey(entry: string): [string, Caller] {
  const match = /^([^:]+):([a-z+]+):(.+)$/.exec(entry);
  const [, name = 'environment', given = 'operate', key = entry] = match ?? [];
  return [hashKey(key), { actor: `key ${name}`, scopes: new Set(given.split('+') as Scope[]) }];
}
