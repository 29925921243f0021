/**
 * Want of money holds a whole key. While it lasts, single batches are sent as probes, at growing distances; the
 * first that shows that there is money again lifts the hold.
 */
import { capacitySchedule, pauseAfter } from '../../../core/backoff.ts';
import type { BatchRow } from '../rows.ts';
import type { Tx } from '../tx.ts';
import { lockLedger } from './knowledge.ts';

export interface FundingHold {
  provider_credentials: string;
  since: number;
  /** In the provider's words. */
  message: string;
  /** 1 when rows said it: then only rows that succeed lift it. */
  by_rows: number;
  probes: number;
  next_probe_at: number;
  /** Lifted, and remembered for a while: should it come again, probes go on where they were. */
  lifted_at: number | null;
}

export interface HoldFundingInput {
  readonly credentials: string;
  readonly message: string;
  /** Said of rows rather than of a batch: then a batch that begins proves nothing. */
  readonly byRows: boolean;
  /** From 0 to 1, spreads the pause. */
  readonly spread: number;
  /** Divides the pause. */
  readonly faster: number;
  readonly now: number;
}

/** After so long a new block is a new story. */
const rememberedMs = 24 * 3_600_000;

export async function readHold(tx: Tx, credentials: string): Promise<FundingHold | undefined> {
  return tx.get<FundingHold>(
    `select * from funding_holds where provider_credentials = ?${tx.forUpdate}`,
    credentials,
  );
}

/** Holds a key back for want of money. @returns when the next batch may be tried */
export async function holdFunding(tx: Tx, input: HoldFundingInput): Promise<number> {
  const { credentials, message, now } = input;
  const known = await readHold(tx, credentials);
  const inForce = known !== undefined && known.lifted_at === null;
  const recent = known?.lifted_at != null && known.lifted_at > now - rememberedMs;
  const probes = inForce || recent ? known.probes : 0;
  const pauseMs = pauseAfter(capacitySchedule, probes + 1, input.spread) / input.faster;
  const nextProbeAt = inForce && known.next_probe_at > now ? known.next_probe_at : Math.round(now + pauseMs);
  await tx.run(
    `insert into funding_holds (provider_credentials, since, message, by_rows, probes, next_probe_at, lifted_at)
     values (?, ?, ?, ?, ?, ?, null)
     on conflict (provider_credentials) do update set
       since = excluded.since, message = excluded.message, by_rows = excluded.by_rows,
       probes = excluded.probes, next_probe_at = excluded.next_probe_at, lifted_at = null`,
    credentials,
    inForce ? known.since : now,
    message,
    input.byRows || (inForce && known.by_rows === 1) ? 1 : 0,
    probes,
    nextProbeAt,
  );
  return nextProbeAt;
}

/** A probe goes out: the next may follow only after a longer pause. */
export async function noteProbe(
  tx: Tx,
  hold: FundingHold,
  { now, spread, faster }: { readonly now: number; readonly spread: number; readonly faster: number },
): Promise<void> {
  const probes = hold.probes + 1;
  const pauseMs = pauseAfter(capacitySchedule, probes + 1, spread) / faster;
  await tx.run(
    'update funding_holds set probes = ?, next_probe_at = ? where provider_credentials = ?',
    probes,
    Math.round(now + pauseMs),
    hold.provider_credentials,
  );
}

/** A batch has begun to run: there is money, unless it was rows that said there is none. */
export async function liftFunding(
  tx: Tx,
  input: { readonly credentials: string; readonly now: number },
): Promise<boolean> {
  await lockLedger(tx);
  const lifted = await tx.run(
    `update funding_holds set lifted_at = ?
     where provider_credentials = ? and lifted_at is null and by_rows = 0`,
    input.now,
    input.credentials,
  );
  if (lifted === 0) return false;
  await wakeFunded(tx, input.credentials, input.now);
  return true;
}

/** Rows of a batch that was created after the block have succeeded: it is over. */
export async function liftFundingAfter(tx: Tx, batch: BatchRow, now: number): Promise<void> {
  const { provider_credentials: credentials, openai_created_at: createdAt } = batch;
  if (credentials === null || createdAt === null || batch.succeeded_count === 0) return;
  const held = await tx.get('select since from funding_holds where provider_credentials = ?', credentials);
  if (!held) return;
  await lockLedger(tx);
  const removed = await tx.run(
    'delete from funding_holds where provider_credentials = ? and since <= ?',
    credentials,
    createdAt + 1_000,
  );
  if (removed > 0) await wakeFunded(tx, credentials, now);
}

/** Index: batches_waiting. */
async function wakeFunded(tx: Tx, credentials: string, now: number): Promise<void> {
  await tx.run(
    `update batches set due_at = ? where id in (
       select id from batches
       where provider_credentials = ? and state in ('uploaded', 'waiting_for_capacity') and waiting_for = 'funding'
       order by closed_at, id limit 1000${tx.skipLocked})`,
    now,
    credentials,
  );
}
