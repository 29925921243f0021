/** Whether a batch still fits under the caps on what is enqueued. */
import { organization } from '../limits.ts';
import type { CapRule } from '../scripts/rule.ts';
import type { World } from '../world.ts';
import type { Batch } from './batch.ts';
import { type Enqueued, familyOf } from './token-ledger.ts';

export interface CapRefusal {
  readonly code: string;
  readonly message: string;
  readonly status: 400 | 429;
}

/** The first cap that the batch would exceed, in the words of the real API; null when it fits. */
export function checkCaps(
  world: World,
  batch: Pick<Batch, 'endpoint' | 'model' | 'metadata'>,
  size: Enqueued,
  at: 'late' | 'create',
): CapRefusal | null {
  const family = familyOf(batch.model ?? '');
  for (const cap of [...settingCaps(world, family), ...world.rules.caps(batch)]) {
    if ((cap.at ?? 'late') !== at) continue;
    const unit = cap.unit ?? 'tokens';
    if (world.tokens.enqueued(family)[unit] + size[unit] <= cap.limit) continue;
    const what = unit === 'tokens' ? 'token' : 'request';
    const message =
      `Enqueued ${what} limit reached for ${family} in organization ${organization}. ` +
      `Limit: ${cap.limit.toLocaleString('en-US')} enqueued ${what}s. ` +
      'Please try again once some in_progress batches have been completed.';
    return { code: `${what}_limit_exceeded`, message, status: cap.status ?? 400 };
  }
  return null;
}

/** Whether anything could refuse this batch when it is created. */
export function hasCapAtCreate(world: World, batch: Pick<Batch, 'endpoint' | 'model' | 'metadata'>): boolean {
  const family = familyOf(batch.model ?? '');
  return [...settingCaps(world, family), ...world.rules.caps(batch)].some((cap) => cap.at === 'create');
}

function settingCaps({ settings }: World, family: string): CapRule[] {
  const limit = settings.tokenCaps[family];
  return limit === undefined ? [] : [{ on: 'cap', limit, at: settings.tokenCapAt }];
}
