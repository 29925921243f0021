/** API keys: only their SHA-256 is kept. */
import type { Tx } from '../tx.ts';

export interface ApiKeyRow {
  id: number;
  name: string;
  /** Space-separated: produce, operate, read. */
  scopes: string;
  created_at: number;
  created_by: string;
  revoked_at: number | null;
}

const columns = 'id, name, scopes, created_at, created_by, revoked_at';

export async function createApiKey(
  tx: Tx,
  input: {
    readonly name: string;
    readonly keyHash: string;
    readonly scopes: string;
    readonly actor: string;
    readonly now: number;
  },
): Promise<ApiKeyRow> {
  const row = await tx.get<ApiKeyRow>(
    `insert into api_keys (name, key_hash, scopes, created_at, created_by) values (?, ?, ?, ?, ?)
     returning ${columns}`,
    input.name,
    input.keyHash,
    input.scopes,
    input.now,
    input.actor,
  );
  if (!row) throw new Error('an API key was inserted and not returned');
  return row;
}

export async function revokeApiKey(
  tx: Tx,
  input: { readonly id: number; readonly now: number },
): Promise<boolean> {
  return (
    (await tx.run(
      'update api_keys set revoked_at = ? where id = ? and revoked_at is null',
      input.now,
      input.id,
    )) === 1
  );
}

export async function findApiKey(
  tx: Tx,
  input: { readonly keyHash: string },
): Promise<ApiKeyRow | undefined> {
  return tx.get<ApiKeyRow>(
    `select ${columns} from api_keys where key_hash = ? and revoked_at is null`,
    input.keyHash,
  );
}

export async function listApiKeys(tx: Tx): Promise<ApiKeyRow[]> {
  return tx.all<ApiKeyRow>(`select ${columns} from api_keys order by id`);
}
