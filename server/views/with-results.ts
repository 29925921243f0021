/** Fetches results for a page of requests, some at a time: a result may be 200 bytes or 5 MB. */
import type { Context } from '../context.ts';
import type { ResultRow } from '../store/rows.ts';

/** What one group should hold; the groups before tell how large results are here. */
const groupBytes = 1_000_000;
const firstGroup = 8;
const largestGroup = 500;

/** The same requests in their order, in groups, each request with its result where there is one. */
export async function* withResults<R extends { readonly id: number }>(
  ctx: Context,
  requests: readonly R[],
): AsyncGenerator<{ readonly request: R; readonly result: ResultRow | undefined }[]> {
  let size = firstGroup;
  for (let at = 0; at < requests.length; ) {
    const group = requests.slice(at, at + size);
    const results = await ctx.store.getResults({ requestIds: group.map(({ id }) => id) });
    const byId = new Map(results.map((result) => [result.request_id, result]));
    yield group.map((request) => ({ request, result: byId.get(request.id) }));
    at += group.length;
    const bytes = results.reduce((sum, { line }) => sum + line.length, 1);
    size = Math.max(1, Math.min(largestGroup, Math.floor((group.length * groupBytes) / bytes)));
  }
}
