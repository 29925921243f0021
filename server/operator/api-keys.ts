/** Creating and revoking API keys. The key itself is shown once and never kept. */
import { hash, randomBytes } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { ApiKeyRow } from '../store/settings/api-keys.ts';

export const scopes = ['produce', 'operate', 'read'] as const;

/** What a key may do: produce sends requests and reads their results, operate may do everything, read looks. */
export type Scope = (typeof scopes)[number];

const prefix = 'obm_';

/** What is kept of a key. */
export function hashKey(key: string): string {
  return hash('sha256', key);
}

export async function createKey(
  ctx: Pick<Context, 'store' | 'clock'>,
  input: { readonly name: string; readonly scopes: readonly Scope[]; readonly actor: string },
): Promise<{ readonly key: string; readonly row: ApiKeyRow }> {
  const key = `${prefix}${randomBytes(32).toString('base64url')}`;
  const row = await ctx.store.createApiKey({
    name: input.name,
    keyHash: hashKey(key),
    scopes: input.scopes.join(' '),
    actor: input.actor,
    now: ctx.clock.now(),
  });
  return { key, row };
}

export async function revokeKey(ctx: Pick<Context, 'store' | 'clock'>, id: number): Promise<void> {
  if (!(await ctx.store.revokeApiKey({ id, now: ctx.clock.now() }))) {
    throw new AppError('not_found', `There is no API key ${id} that is still valid.`);
  }
}
