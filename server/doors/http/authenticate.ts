/** Who is calling, and may they. Bearer keys; without any key the service answers on loopback only. */
import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';
import { hashKey, type Scope, scopes } from '../../operator/api-keys.ts';

export interface Caller {
  /** Stands in transitions and the audit. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** What `operate` may do includes everything else. */
const allScopes: ReadonlySet<Scope> = new Set(scopes);
const anyone: Caller = { actor: 'anonymous', scopes: allScopes };

/** A key that was found is believed for this long; revoking takes effect no later. */
const trustMs = 5_000;

export class Authenticator {
  readonly #ctx: Context;
  readonly #fromEnvironment: ReadonlyMap<string, Caller>;
  readonly #trusted = new Map<string, { caller: Caller; until: number }>();
  #open: { value: boolean; until: number } | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.#fromEnvironment = new Map(ctx.settings.API_KEYS.map(parseKey));
  }

  /** @throws AppError `unauthorized` or `forbidden` */
  async authenticate(authorization: string | undefined, oneOf: readonly Scope[]): Promise<Caller> {
    const caller =
      authorization === undefined ? await this.#withoutKey() : await this.#withKey(authorization);
    if (!caller.scopes.has('operate') && !oneOf.some((scope) => caller.scopes.has(scope))) {
      throw new AppError('forbidden', `This API key lacks the scope ${oneOf.join(' or ')}.`);
    }
    return caller;
  }

  /** Whether calls without a key are answered: nobody has made a key, or AUTH=none was set on purpose. */
  async isOpen(): Promise<boolean> {
    const now = this.#ctx.clock.now();
    if (this.#open && this.#open.until > now) return this.#open.value;
    const value =
      this.#ctx.settings.AUTH === 'none' || (this.#fromEnvironment.size === 0 && !(await this.#hasKeys()));
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

  async #withoutKey(): Promise<Caller> {
    if (await this.isOpen()) return anyone;
    throw new AppError('unauthorized', 'Send an API key: "Authorization: Bearer <key>".');
  }

  async #withKey(authorization: string): Promise<Caller> {
    const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (key === undefined)
      throw new AppError('unauthorized', 'Send the API key as "Authorization: Bearer <key>".');
    const hash = hashKey(key);
    const known = this.#fromEnvironment.get(hash);
    if (known) return known;
    const now = this.#ctx.clock.now();
    const trusted = this.#trusted.get(hash);
    if (trusted && trusted.until > now) return trusted.caller;
    const row = await this.#ctx.store.findApiKey({ keyHash: hash });
    if (!row) {
      if (await this.isOpen()) return anyone;
      throw new AppError('unauthorized', 'This API key is not known, or was revoked.');
    }
    const caller = { actor: `key ${row.name}`, scopes: new Set(row.scopes.split(' ') as Scope[]) };
    if (this.#trusted.size > 10_000) this.#trusted.clear();
    this.#trusted.set(hash, { caller, until: now + trustMs });
    return caller;
  }
}

/** One entry of API_KEYS, whose form was checked at the start: `name:scopes:key`, or a bare key that may do everything. */
function parseKey(entry: string): [string, Caller] {
  const match = /^([^:]+):([a-z+]+):(.+)$/.exec(entry);
  const [, name = 'environment', given = 'operate', key = entry] = match ?? [];
  return [hashKey(key), { actor: `key ${name}`, scopes: new Set(given.split('+') as Scope[]) }];
}
