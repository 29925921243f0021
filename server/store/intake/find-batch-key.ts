import type { Tx } from '../tx.ts';

/** By which a transaction knows a pair. */
export function nameOfBatchKey(endpoint: string, model: string): string {
  return `batch key ${endpoint} ${model}`;
}

/** The id of an {endpoint, model} pair, made on first use. Index: batch_keys (endpoint, model). */
export async function findBatchKeyId(tx: Tx, endpoint: string, model: string): Promise<number> {
  const name = nameOfBatchKey(endpoint, model);
  const seen = tx.known.get(name);
  if (seen !== undefined) return seen;
  await tx.run(
    'insert into batch_keys (endpoint, model) values (?, ?) on conflict (endpoint, model) do nothing',
    endpoint,
    model,
  );
  const row = await tx.get<{ id: number }>(
    'select id from batch_keys where endpoint = ? and model = ?',
    endpoint,
    model,
  );
  if (!row) throw new Error(`no batch key for ${name}`);
  tx.known.set(name, row.id);
  return row.id;
}
