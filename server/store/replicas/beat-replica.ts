import { wakeDestinations } from '../destinations/wake-destinations.ts';
import type { Tx } from '../tx.ts';

export type Role = 'all' | 'api' | 'worker';

export interface BeatInput {
  /** Of this process, and of no process before it. */
  readonly name: string;
  readonly role: Role;
  readonly version: string;
  readonly startedAt: number;
  readonly now: number;
  /** Silent for longer than this, a replica counts as dead. */
  readonly deadAfterMs: number;
}

export interface BeatOutput {
  /** False when it was not among the living: it is new, or others have taken it for dead. */
  readonly known: boolean;
  /** Whether it is the one that sweeps: the oldest of those that work. */
  readonly leader: boolean;
  /** How many others count as dead: `takeOverSilent` is due. */
  readonly silent: number;
}

export interface TakeOverInput {
  /** Who takes over. */
  readonly name: string;
  readonly now: number;
  readonly deadAfterMs: number;
  /** How far ahead of `now` a live delivery lease may end. */
  readonly deliveryLeaseMs: number;
}

export interface TakenOver {
  readonly replicas: readonly string[];
  readonly batches: number;
  readonly deliveries: number;
}

/**
 * Says that a replica lives, and nothing else: a sign that waits for other people's rows is not seen in time. Primary
 * key of replicas; a handful of rows.
 */
export async function beatReplica(tx: Tx, input: BeatInput): Promise<BeatOutput> {
  const { name, role, now } = input;
  const changed = await tx.run('update replicas set seen_at = ? where name = ?', now, name);
  if (changed === 0) {
    await tx.run(
      'insert into replicas (name, role, version, started_at, seen_at) values (?, ?, ?, ?, ?)',
      name,
      role,
      input.version,
      input.startedAt,
      now,
    );
  }
  const aliveSince = now - input.deadAfterMs;
  const others = await tx.get<{ oldest: string | null; silent: number }>(
    `select (select name from replicas where role <> 'api' and seen_at >= ? order by started_at, name limit 1) as oldest,
       (select count(*) from replicas where seen_at < ? and name <> ?) as silent`,
    aliveSince,
    aliveSince,
    name,
  );
  return { known: changed === 1, leader: others?.oldest === name, silent: others?.silent ?? 0 };
}

/**
 * Takes over from those that are silent: their leases end, so that the next claim of anybody finds the work. One that
 * has given a sign meanwhile is left alone, and so is one from whom another replica takes over just now.
 */
export async function takeOverSilent(tx: Tx, input: TakeOverInput): Promise<TakenOver> {
  const { name, now, deadAfterMs, deliveryLeaseMs } = input;
  const dead = await tx.all<{ name: string }>(
    `select name from replicas where seen_at < ? and name <> ? order by name${tx.skipLocked}`,
    now - deadAfterMs,
    name,
  );
  const names = dead.map((row) => row.name);
  return takeOver(tx, names, now, deliveryLeaseMs);
}

/** A replica that stops gives back what it still holds. */
export async function leaveReplica(
  tx: Tx,
  input: { readonly name: string; readonly now: number; readonly deliveryLeaseMs: number },
): Promise<TakenOver> {
  const names = [input.name];
  const sent = await findDeliveries(tx, names, input.now, input.deliveryLeaseMs);
  const deliveries = await freeDeliveries(tx, sent, names, input.now, tx.forUpdate);
  const batches = await freeBatches(tx, names, tx.forUpdate);
  await wakeDestinations(
    tx,
    sent.map((row) => row.destination_id),
    input.now,
  );
  await tx.run('delete from replicas where name = ?', input.name);
  return { replicas: names, batches, deliveries };
}

/**
 * Waits for no rows that a connection of the dead may still hold. What cannot be had now keeps the dead among the
 * replicas, so that the next sign of anybody's finds it.
 */
async function takeOver(
  tx: Tx,
  names: readonly string[],
  now: number,
  deliveryLeaseMs: number,
): Promise<TakenOver> {
  if (names.length === 0) return { replicas: [], batches: 0, deliveries: 0 };
  const sent = await findDeliveries(tx, names, now, deliveryLeaseMs);
  const places = await tx.all<{ id: number }>(
    `select id from destinations where id in ${tx.list} order by id${tx.skipLocked}`,
    tx.listOf(sent.map((row) => row.destination_id)),
  );
  const free = new Set(places.map(({ id }) => id));
  const had = sent.filter((row) => free.has(row.destination_id));
  const deliveries = await freeDeliveries(tx, had, names, now, tx.skipLocked);
  const batches = await freeBatches(tx, names, tx.skipLocked);
  await wakeDestinations(tx, [...free], now);
  const buried =
    deliveries < sent.length
      ? 0
      : await tx.run(
          `delete from replicas where name in ${tx.textList}
             and not exists (select 1 from batches b where b.lease_token is not null and b.lease_owner = replicas.name)`,
          tx.listOf(names),
        );
  return { replicas: buried + batches + deliveries > 0 ? names : [], batches, deliveries };
}

interface SentRow {
  readonly id: number;
  readonly destination_id: number;
}

/** What replicas have claimed and not recorded. Index: requests_due, within one lease from now. */
function findDeliveries(
  tx: Tx,
  names: readonly string[],
  now: number,
  deliveryLeaseMs: number,
): Promise<SentRow[]> {
  return tx.all<SentRow>(
    `select r.id, r.destination_id from destinations d join requests r on r.destination_id = d.id
     where r.state = 'delivering' and r.due_at > ? and r.due_at <= ? and r.lease_token in ${tx.textList}`,
    now,
    now + deliveryLeaseMs,
    tx.listOf(names),
  );
}

/** @param lock `tx.forUpdate` or `tx.skipLocked` */
function freeDeliveries(
  tx: Tx,
  sent: readonly SentRow[],
  names: readonly string[],
  now: number,
  lock: string,
): Promise<number> {
  return tx.run(
    `with picked as materialized (
       select id from requests
       where id in ${tx.list} and state = 'delivering' and lease_token in ${tx.textList} order by id${lock})
     update requests set due_at = ?, lease_token = null where id in (select id from picked)`,
    tx.listOf(sent.map(({ id }) => id)),
    tx.listOf(names),
    now,
  );
}

/** Index: batches_owned. */
function freeBatches(tx: Tx, names: readonly string[], lock: string): Promise<number> {
  return tx.run(
    `with picked as materialized (
       select id from batches
       where lease_token is not null and lease_owner in ${tx.textList} order by id${lock})
     update batches set lease_token = null, lease_until = null, lease_owner = null
     where id in (select id from picked)`,
    tx.listOf(names),
  );
}

export interface ReplicaRow {
  name: string;
  role: Role;
  version: string;
  started_at: number;
  seen_at: number;
}

/** Oldest first. */
export async function listReplicas(tx: Tx): Promise<ReplicaRow[]> {
  return tx.all<ReplicaRow>('select * from replicas order by started_at, name limit 1000');
}
