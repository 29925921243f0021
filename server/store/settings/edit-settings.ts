/** One order of an operator about settings: all of it is written or none, and each edit is in the list of orders. */
import type { Tx } from '../tx.ts';
import { removeSetting, writeSetting } from './settings.ts';

export interface SettingEdit {
  /** The row of the settings table. */
  readonly name: string;
  /** JSON text; null takes the edit back. */
  readonly value: string | null;
  /** For the list of orders: what it is called there, and what it was and is. */
  readonly subject: string;
  readonly about: string;
}

export async function editSettings(
  tx: Tx,
  input: { readonly edits: readonly SettingEdit[]; readonly actor: string; readonly now: number },
): Promise<void> {
  const { edits, actor, now } = input;
  // In the order of the names, so that two edits of the same settings never wait for each other.
  for (const { name, value } of edits.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (value === null) await removeSetting(tx, { name });
    else await writeSetting(tx, { name, value, actor, now });
  }
  await tx.each(
    `insert into actions (key, action, subject, actor, started_at, ended_at, status, message)
     values (?, ?, ?, ?, ?, ?, 200, ?)`,
    edits.map(({ name, value, subject, about }) => [
      name,
      value === null ? 'take back' : 'set',
      subject,
      actor,
      now,
      now,
      about,
    ]),
  );
}
