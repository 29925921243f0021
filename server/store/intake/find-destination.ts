import type { Tx } from '../tx.ts';

/** By which a transaction knows a destination. */
export function nameOfDestination({
  type,
  address,
}: {
  readonly type: string;
  readonly address: string;
}): string {
  return `destination ${type} ${address}`;
}

/** The id of a destination, made on first use. Index: destinations (type, address). */
export async function findDestinationId(
  tx: Tx,
  destination: { readonly type: string; readonly address: string },
  now: number,
): Promise<number> {
  const name = nameOfDestination(destination);
  const seen = tx.known.get(name);
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
  tx.known.set(name, row.id);
  return row.id;
}
