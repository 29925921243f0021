import type { Tx } from '../tx.ts';

/** Ids never change, so what one process has read or written stays true. Cleared when a write is rolled back. */
const known = new Map<string, number>();

/** The id of an {endpoint, model} pair, made on first use. Index: batch_keys (endpoint, model). */
export async function findBatchKeyId(tx: Tx, endpoint: string, model: string): Promise<number> {
  const name = `${endpoint} ${model}`;
  const seen = known.get(name);
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
  if (known.size < 10_000) known.set(name, row.id);
  return row.id;
}

/** Forgets what a rolled back transaction may have made. */
export function forgetBatchKeys(): void {
  known.clear();
}
