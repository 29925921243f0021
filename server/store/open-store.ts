/** The store that the settings ask for. */
import { openPostgresStore } from './postgres/open-postgres-store.ts';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import type { Store } from './store.ts';

export interface StorePlace {
  /** Of PostgreSQL; null for a file. */
  readonly DATABASE_URL: string | null;
  readonly DATABASE_PATH: string;
  readonly DATABASE_CONNECTIONS: number;
  readonly FSYNC_DELAY_MS: number;
}

/** Opens it, brought to the newest schema. @throws AppError when it cannot be had */
export function openStore(place: StorePlace): Promise<Store> {
  return place.DATABASE_URL === null
    ? openSqliteStore({ path: place.DATABASE_PATH, fsyncDelayMs: place.FSYNC_DELAY_MS })
    : openPostgresStore({ url: place.DATABASE_URL, connections: place.DATABASE_CONNECTIONS });
}
