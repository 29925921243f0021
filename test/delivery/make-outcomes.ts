/** Outcomes on their way without a provider: a batch that is cancelled while it builds ends every request in it. */
import { makePost } from '../make-post.ts';

/** @param targetOf the URL of each; resolves when all are accepted and cancelled */
export async function makeOutcomes(
  url: string,
  count: number,
  targetOf: (n: number) => string,
  prefix = 'r',
): Promise<void> {
  const lines = Array.from({ length: count }, (_, n) =>
    JSON.stringify(
      makePost(`${prefix}${n}`, { delivery_config: { type: 'webhook', webhook_url: targetOf(n) } }),
    ),
  );
  const totals = (await call(url, 'POST', '/api/requests/bulk', {
    body: lines.join('\n'),
    type: 'application/jsonl',
  })) as { accepted: number; refusals: unknown[] };
  if (totals.accepted !== count)
    throw new Error(`accepted ${totals.accepted} of ${count}: ${JSON.stringify(totals)}`);
  const { data } = (await call(url, 'GET', '/api/batches?state=building')) as { data: { id: number }[] };
  for (const { id } of data) await call(url, 'POST', `/api/batches/${id}/cancel`);
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
