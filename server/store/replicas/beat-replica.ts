import { wakeAll } from '../destinations/wake-destinations.ts';
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

/** Seen then, a replica is not among the living any more, whatever it still has in its name (see delivery-lease.ts). */
const struckOff = 0;

export interface TakeOverInput {
  /** Who takes over. */
  readonly name: string;
  readonly now: number;
  readonly deadAfterMs: number;
}

export interface TakenOver {
  readonly replicas: readonly string[];
  readonly batches: number;
}

/**
 * Says that a replica lives, and nothing else: a sign that waits for other people's rows is not seen in time. Primary
 * key of replicas; a handful of rows.
 */
export async function beatReplica(tx: Tx, input: BeatInput): Promise<BeatOutput> {
  const { name, role, now } = input;
  const changed = await tx.run(
    'update replicas set seen_at = ? where name = ? and seen_at <> ?',
    now,
    name,
    struckOff,
  );
  if (changed === 0) {
    await tx.run(
      `insert into replicas (name, role, version, started_at, seen_at) values (?, ?, ?, ?, ?)
       on conflict (name) do update set seen_at = excluded.seen_at`,
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
 * Takes over from those that are silent, so that the next claim of anybody finds their work: the leases of their batches end, and
 * their deliveries are nobody's. One that has given a sign meanwhile is left alone, and so is one from whom another replica takes
 * over just now.
 */
export async function takeOverSilent(tx: Tx, input: TakeOverInput): Promise<TakenOver> {
  const { name, now, deadAfterMs } = input;
  const dead = await tx.all<{ name: string }>(
    `select name from replicas where seen_at < ? and name <> ? order by name${tx.skipLocked}`,
    now - deadAfterMs,
    name,
  );
  return takeOver(
    tx,
    dead.map((row) => row.name),
    now,
  );
}

/** A replica that stops gives its batches back; its deliveries are nobody's once it is not among the replicas. */
export async function leaveReplica(
  tx: Tx,
  input: { readonly name: string; readonly now: number },
): Promise<TakenOver> {
  const names = [input.name];
  const batches = await freeBatches(tx, names, tx.forUpdate);
  await wakeAll(tx, input);
  await tx.run('delete from replicas where name = ?', input.name);
  return { replicas: names, batches };
}

/**
 * Waits for no rows that a connection of the dead may still hold. Batches that cannot be had now keep the dead in the list, so that
 * the next sign of anybody's finds them; it is struck off all the same, and its deliveries are free.
 */
async function takeOver(tx: Tx, names: readonly string[], now: number): Promise<TakenOver> {
  if (names.length === 0) return { replicas: [], batches: 0 };
  const batches = await freeBatches(tx, names, tx.skipLocked);
  const struck = await tx.run(
    `update replicas set seen_at = ? where name in ${tx.textList} and seen_at <> ?`,
    struckOff,
    tx.listOf(names),
    struckOff,
  );
  await wakeAll(tx, { now });
  const buried = await tx.run(
    `delete from replicas where name in ${tx.textList}
       and not exists (select 1 from batches b where b.lease_token is not null and b.lease_owner = replicas.name)`,
    tx.listOf(names),
  );
  return { replicas: struck + buried + batches > 0 ? names : [], batches };
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
  return tx.all<ReplicaRow>('select * from replicas where seen_at > 0 order by started_at, name limit 1000');
}
