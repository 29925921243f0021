/** Outcomes as JSON lines, page by page: what a producer fetches instead of, or beside, deliveries. */
import type { Context } from '../context.ts';
import { outcomeContent } from '../pipeline/7-deliver/wrap-parcel.ts';
import type { RequestFilter } from '../store/read/list-requests.ts';

const pageRows = 200;

/** Newest request first; requests without an outcome are left out. */
export async function* streamResults(ctx: Context, filter: RequestFilter): AsyncGenerator<Buffer> {
  let beforeId: number | null = null;
  do {
    const page: Awaited<ReturnType<Context['store']['listRequests']>> = await ctx.store.listRequests({
      ...filter,
      beforeId,
      limit: pageRows,
    });
    const ended = page.rows.filter((row) => row.outcome !== null);
    const results = await ctx.store.getResults({ requestIds: ended.map((row) => row.id) });
    const byId = new Map(results.map((result) => [result.request_id, result]));
    const lines = ended.flatMap((row) => [outcomeContent(row, byId.get(row.id)), newline]);
    if (lines.length > 0) yield Buffer.concat(lines);
    beforeId = page.nextBeforeId;
  } while (beforeId !== null);
}

const newline = Buffer.from('\n');
