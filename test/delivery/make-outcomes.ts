/** Outcomes on their way without a provider: a batch that is cancelled while it builds ends every request in it. */
import type { DeliveryConfig } from '../../core/delivery.ts';
import { makePost } from '../make-post.ts';

/** Fewer than close a batch by themselves: what is closed waits for the provider and cannot be cancelled at once. */
const mostAtOnce = 10_000;

/** @param targetOf where each goes, a URL for a webhook; resolves when all are accepted and cancelled */
export async function makeOutcomes(
  url: string,
  count: number,
  targetOf: (n: number) => string | DeliveryConfig,
  prefix = 'r',
): Promise<void> {
  for (let from = 0; from < count; from += mostAtOnce) {
    const length = Math.min(mostAtOnce, count - from);
    const lines = Array.from({ length }, (_, index) => {
      const n = from + index;
      const target = targetOf(n);
      const delivery_config = typeof target === 'string' ? { type: 'webhook', webhook_url: target } : target;
      return JSON.stringify(makePost(`${prefix}${n}`, { delivery_config }));
    });
    await acceptAll(url, lines);
    const { data } = (await call(url, 'GET', '/api/batches?state=building')) as { data: { id: number }[] };
    for (const { id } of data) await call(url, 'POST', `/api/batches/${id}/cancel`);
  }
}

async function acceptAll(url: string, lines: readonly string[]): Promise<void> {
  const totals = (await call(url, 'POST', '/api/requests/bulk', {
    body: lines.join('\n'),
    type: 'application/jsonl',
  })) as { accepted: number; refusals: unknown[] };
  if (totals.accepted === lines.length) return;
  throw new Error(`accepted ${totals.accepted} of ${lines.length}: ${JSON.stringify(totals)}`);
}

export async function call(
  url: string,
  method: string,
  path: string,
  { body, type }: { readonly body?: unknown; readonly type?: string } = {},
): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': type ?? 'application/json' },
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
