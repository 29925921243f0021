/** Looks at a database without changing it, also while replicas use it. */
import { migrations } from '../migrations/index.ts';
import type { SettingRow } from '../settings/settings.ts';
import { schemaVersion, withConnection } from './migrate.ts';
import { readTimeline } from './read-place.ts';
import { holdsUnfinishedCopy } from './unfinished-copy.ts';

export interface DatabaseFacts {
  readonly version: number;
  readonly taken: readonly string[];
  readonly pending: readonly string[];
  readonly bytes: number;
  /** Processes that have said within the last quarter of a minute that they live. */
  readonly replicas: number;
  /** Keys that are valid. */
  readonly apiKeys: number;
  /** For example `15.20`. */
  readonly server: string;
  /** Whether it tells its timeline, by which a point-in-time recovery is known. */
  readonly tellsTimeline: boolean;
  /** `migrate-data` has not copied everything into it yet. */
  readonly unfinishedCopy: boolean;
}

/** @throws AppError when it cannot be reached */
export function inspectDatabase(url: string): Promise<DatabaseFacts> {
  return withConnection(url, async (client) => {
    const ask = async <T>(sql: string) => (await client.query(sql)).rows[0] as T;
    const version = await schemaVersion(client);
    const names = migrations.map(({ name }) => name);
    const counts =
      version < names.length
        ? { replicas: 0, keys: 0 }
        : await ask<{ replicas: number; keys: number }>(
            `select (select count(*) from replicas
                     where seen_at > extract(epoch from clock_timestamp()) * 1000 - 15000) as replicas,
                    (select count(*) from api_keys where revoked_at is null) as keys`,
          );
    const { bytes, server } = await ask<{ bytes: number; server: string }>(
      `select pg_database_size(current_database()) as bytes, current_setting('server_version') as server`,
    );
    const tellsTimeline = await ask(readTimeline).then(
      () => true,
      () => false,
    );
    return {
      version,
      bytes,
      tellsTimeline,
      server: server.split(' ')[0] ?? server,
      taken: names.slice(0, version),
      pending: names.slice(version),
      replicas: counts.replicas,
      apiKeys: counts.keys,
      unfinishedCopy: await holdsUnfinishedCopy(client),
    };
  });
}

/** What operators have edited, and others have noted, in that table. @throws AppError when it cannot be reached */
export function inspectSettingRows(url: string): Promise<SettingRow[]> {
  return withConnection(url, async (client) => {
    if ((await schemaVersion(client)) === 0) return [];
    return (await client.query('select * from settings order by name')).rows as SettingRow[];
  });
}
