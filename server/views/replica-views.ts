/** Who works here: every process that says that it lives, or the only one there is. */

import type { ReplicaView } from '../../core/contract/console.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { Context } from '../context.ts';
import { isoTime } from './times.ts';

export async function replicaViews({
  store,
  clock,
  settings,
  replica,
}: Pick<Context, 'store' | 'clock' | 'settings' | 'replica'>): Promise<ReplicaView[]> {
  const rows = await store.listReplicas();
  const leader = rows.find(({ role }) => role !== 'api')?.name;
  const shown = rows.map((row) => ({
    name: row.name,
    role: row.role,
    version: row.version,
    started_at: isoTime(row.started_at),
    seen_at: isoTime(row.seen_at),
    here: row.name === replica,
    leads: row.name === leader,
  }));
  if (shown.length > 0) return shown;
  // One process owns the file alone: it answers, so it lives.
  const now = clock.now();
  return [
    {
      name: replica,
      role: settings.ROLE,
      version: packageJson.version,
      started_at: isoTime(Math.round(now - process.uptime() * 1_000)),
      seen_at: isoTime(now),
      here: true,
      leads: true,
    },
  ];
}
