/** A batch's files from our own store, also after the provider has dropped them. */
import type { Outcome } from '../../core/request.ts';
import type { Context } from '../context.ts';
import type { BatchRow } from '../store/rows.ts';
import { withResults } from './with-results.ts';

export const fileTypes = ['input', 'output', 'error'] as const;
export type FileType = (typeof fileTypes)[number];

const pageBytes = 1_000_000;
const pageRows = 500;
const newline = Buffer.from('\n');

/** `input`: lines as they were sent. `output` and `error`: result lines as they came. */
export function streamFile(ctx: Context, batch: BatchRow, type: FileType): AsyncGenerator<Uint8Array> {
  return type === 'input' ? streamInput(ctx, batch) : streamResultLines(ctx, batch, type);
}

async function* streamInput(ctx: Context, { id, endpoint }: BatchRow): AsyncGenerator<Uint8Array> {
  const whole = { batchId: id, endpoint, maxBytes: pageBytes, limit: pageRows };
  let page = await ctx.store.sentPage({ ...whole, afterId: 0 });
  while (page) {
    yield page.bytes;
    page = await ctx.store.sentPage({ ...whole, afterId: page.lastId });
  }
}

async function* streamResultLines(
  ctx: Context,
  batch: BatchRow,
  type: 'output' | 'error',
): AsyncGenerator<Buffer> {
  const wanted: Outcome[] = type === 'output' ? ['succeeded'] : ['failed', 'expired', 'cancelled'];
  let cursor: number | null = null;
  do {
    const page: Awaited<ReturnType<Context['store']['listRequests']>> = await ctx.store.listRequests({
      batchId: batch.id,
      cursor,
      limit: pageRows,
    });
    const rows = page.rows.filter((row) => row.outcome !== null && wanted.includes(row.outcome));
    for await (const group of withResults(ctx, rows)) {
      yield Buffer.concat(group.flatMap(({ result }) => (result ? [result.line, newline] : [])));
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}
