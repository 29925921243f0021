/** Outcomes as JSON lines, page by page: what a producer fetches instead of, or beside, deliveries. */
import type { Context } from '../context.ts';
import { outcomeContent } from '../pipeline/7-deliver/wrap-parcel.ts';
import type { RequestFilter } from '../store/read/list-requests.ts';
import { withResults } from './with-results.ts';

const pageRows = 200;

/** Newest request first; requests without an outcome are left out. */
export async function* streamResults(ctx: Context, filter: RequestFilter): AsyncGenerator<Buffer> {
  let cursor: number | null = null;
  do {
    const page: Awaited<ReturnType<Context['store']['listRequests']>> = await ctx.store.listRequests({
      ...filter,
      cursor,
      limit: pageRows,
    });
    const ended = page.rows.filter((row) => row.outcome !== null);
    for await (const group of withResults(ctx, ended)) {
      yield Buffer.concat(group.flatMap(({ request, result }) => [outcomeContent(request, result), newline]));
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}

const newline = Buffer.from('\n');
