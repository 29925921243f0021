/** Every schema change in order. The position in this list is the version; entries are never edited. */
import { theLine, theLineUndone } from './0001-the-line.ts';
import { capacity, capacityUndone } from './0002-capacity.ts';
import { recovery, recoveryUndone } from './0003-recovery.ts';
import { destinations, destinationsUndone } from './0004-destinations.ts';
import { replicas, replicasUndone } from './0006-replicas.ts';
import { consoleFigures, consoleFiguresUndone } from './0007-console.ts';
import { slots, slotsUndone } from './0008-slots.ts';
import { restarts, restartsUndone } from './0009-restarts.ts';
import { prices, pricesUndone } from './0010-prices.ts';
import { searches, searchesUndone } from './0011-searches.ts';
import { endedSessions, endedSessionsUndone } from './0012-ended-sessions.ts';
import { heldMessages, heldMessagesUndone } from './0013-held-messages.ts';
import { deliveryLeases, deliveryLeasesOnPostgres, deliveryLeasesUndone } from './0014-delivery-leases.ts';

interface Migration {
  readonly name: string;
  /** Written for SQLite; server/store/postgres/translate-schema.ts says how PostgreSQL reads it. */
  readonly up: string;
  /** Statements that PostgreSQL alone needs, run after `up`. */
  readonly postgres?: string;
  /** How to undo it; left out where that is not possible. */
  readonly down?: { readonly sql: string; readonly losesData: boolean };
}

export const migrations: readonly Migration[] = [
  {
    name: '0001-the-line',
    up: theLine,
    // Its identity columns have sequences.
    postgres: 'drop table id_counters;',
    down: { sql: theLineUndone, losesData: true },
  },
  { name: '0002-capacity', up: capacity, down: { sql: capacityUndone, losesData: true } },
  { name: '0003-recovery', up: recovery, down: { sql: recoveryUndone, losesData: false } },
  {
    name: '0006-replicas',
    up: replicas,
    // By which a restored dump is known.
    postgres: 'create table database_identity (identity text not null);',
    down: { sql: replicasUndone, losesData: false },
  },
  { name: '0007-console', up: consoleFigures, down: { sql: consoleFiguresUndone, losesData: true } },
  { name: '0004-destinations', up: destinations, down: { sql: destinationsUndone, losesData: true } },
  {
    name: '0008-slots',
    up: slots,
    postgres: 'alter index hour_counts_by_slot_pkey rename to hour_counts_pkey;',
    down: { sql: slotsUndone, losesData: false },
  },
  { name: '0009-restarts', up: restarts, down: { sql: restartsUndone, losesData: false } },
  { name: '0010-prices', up: prices, down: { sql: pricesUndone, losesData: true } },
  { name: '0011-searches', up: searches, down: { sql: searchesUndone, losesData: false } },
  // Undone, a session that was signed out of is good again until it is over.
  { name: '0012-ended-sessions', up: endedSessions, down: { sql: endedSessionsUndone, losesData: true } },
  { name: '0013-held-messages', up: heldMessages, down: { sql: heldMessagesUndone, losesData: false } },
  {
    name: '0014-delivery-leases',
    up: deliveryLeases,
    postgres: deliveryLeasesOnPostgres,
    down: { sql: deliveryLeasesUndone, losesData: false },
  },
];
