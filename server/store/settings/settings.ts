/** Settings that are edited while the service runs, and the identity of this installation. */
import type { Tx } from '../tx.ts';

export interface SettingRow {
  name: string;
  /** JSON text. */
  value: string;
  updated_at: number;
  updated_by: string;
}

export async function writeSetting(
  tx: Tx,
  input: { readonly name: string; readonly value: string; readonly actor: string; readonly now: number },
): Promise<void> {
  await tx.run(
    `insert into settings (name, value, updated_at, updated_by) values (?, ?, ?, ?)
     on conflict (name) do update set
       value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    input.name,
    input.value,
    input.now,
    input.actor,
  );
}

/** Writes a setting that has no value yet. @returns the value that it has now */
export async function claimSetting(
  tx: Tx,
  input: { readonly name: string; readonly value: string; readonly actor: string; readonly now: number },
): Promise<string> {
  await tx.run(
    `insert into settings (name, value, updated_at, updated_by) values (?, ?, ?, ?) on conflict (name) do nothing`,
    input.name,
    input.value,
    input.now,
    input.actor,
  );
  const row = await tx.get<{ value: string }>('select value from settings where name = ?', input.name);
  return row?.value ?? input.value;
}

export async function removeSetting(tx: Tx, input: { readonly name: string }): Promise<boolean> {
  return (await tx.run('delete from settings where name = ?', input.name)) === 1;
}

export async function readSettings(tx: Tx): Promise<SettingRow[]> {
  return tx.all<SettingRow>('select * from settings order by name');
}

/** The id under which this database is known to providers and receivers; the first caller's proposal wins. */
export async function claimInstallation(
  tx: Tx,
  input: { readonly proposedId: string; readonly now: number },
): Promise<string> {
  await tx.lock('installation', [1]);
  const found = await tx.get<{ id: string }>('select id from installation');
  if (found) return found.id;
  await tx.run('insert into installation (id, created_at) values (?, ?)', input.proposedId, input.now);
  return input.proposedId;
}
