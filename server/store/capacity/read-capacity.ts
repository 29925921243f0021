/** The ledger as it is shown: every family that holds, waits or has learned something. */
import type { Tx } from '../tx.ts';
import type { FundingHold } from './funding.ts';
import type { CapacityRow } from './knowledge.ts';

export interface FamilySums {
  readonly credentials: string;
  readonly family: string;
  /** Batches at the provider, or being created there. */
  readonly reserved: number;
  readonly tokens: number;
  readonly requests: number;
  readonly waiting: number;
  readonly waitingTokens: number;
  /** The batch that has been at the provider for longest. */
  readonly oldest: number | null;
}

export interface RatioRow {
  readonly endpoint: string;
  readonly model: string;
  readonly permille: number;
  readonly batches: number;
}

export interface CapacityNow {
  readonly learned: readonly CapacityRow[];
  readonly sums: readonly FamilySums[];
  readonly holds: readonly FundingHold[];
  readonly ratios: readonly RatioRow[];
}

/** Batches are few beside requests. Indexes: batches_reserved, batches_waiting. */
export async function readCapacity(tx: Tx, input: { readonly credentials: string }): Promise<CapacityNow> {
  const { credentials } = input;
  const reserved = await tx.all<{
    family: string;
    reserved: number;
    tokens: number;
    requests: number;
    oldest: number;
  }>(
    `select model_family as family, count(*) as reserved, sum(reserved_tokens) as tokens,
       sum(reserved_requests) as requests, min(id) as oldest
     from batches where provider_credentials = ? and reserved_at is not null group by model_family`,
    credentials,
  );
  const waiting = await tx.all<{ family: string; waiting: number; tokens: number }>(
    `select model_family as family, count(*) as waiting, sum(estimated_tokens) as tokens
     from batches where provider_credentials = ? and state in ('uploaded', 'waiting_for_capacity')
       and reserved_at is null group by model_family`,
    credentials,
  );
  const families = [...new Set([...reserved, ...waiting].map(({ family }) => family))];
  return {
    learned: await tx.all<CapacityRow>(
      'select * from capacity where provider_credentials = ? order by family limit 1000',
      credentials,
    ),
    sums: families.map((family) => {
      const held = reserved.find((row) => row.family === family);
      const queue = waiting.find((row) => row.family === family);
      return {
        credentials,
        family,
        reserved: held?.reserved ?? 0,
        tokens: held?.tokens ?? 0,
        requests: held?.requests ?? 0,
        oldest: held?.oldest ?? null,
        waiting: queue?.waiting ?? 0,
        waitingTokens: queue?.tokens ?? 0,
      };
    }),
    holds: await tx.all<FundingHold>(
      'select * from funding_holds where provider_credentials = ? and lifted_at is null',
      credentials,
    ),
    ratios: await tx.all<RatioRow>(
      'select endpoint, model, permille, batches from token_ratios order by endpoint, model limit 1000',
    ),
  };
}
