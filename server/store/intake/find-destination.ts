import type { Tx } from '../tx.ts';

const known = new Map<string, number>();

/** The id of a destination, made on first use. Index: destinations (type, address). */
export async function findDestinationId(
  tx: Tx,
  destination: { readonly type: string; readonly address: string },
  now: number,
): Promise<number> {
  const name = `${destination.type} ${destination.address}`;
  const seen = known.get(name);
  if (seen !== undefined) return seen;
  await tx.run(
    'insert into destinations (type, address, created_at) values (?, ?, ?) on conflict (type, address) do nothing',
    destination.type,
    destination.address,
    now,
  );
  const row = await tx.get<{ id: number }>(
    'select id from destinations where type = ? and address = ?',
    destination.type,
    destination.address,
  );
  if (!row) throw new Error(`no destination ${name}`);
  if (known.size < 10_000) known.set(name, row.id);
  return row.id;
}

/** Forgets what a rolled back transaction may have made. */
export function forgetDestinations(): void {
  known.clear();
}
