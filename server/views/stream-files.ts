/** A batch's files from our own store, also after the provider has dropped them. */
import { lineHead, lineTail } from '../../core/line-id.ts';
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
export function streamFile(ctx: Context, batch: BatchRow, type: FileType): AsyncGenerator<Buffer> {
  return type === 'input' ? streamInput(ctx, batch) : streamResultLines(ctx, batch, type);
}

async function* streamInput(ctx: Context, batch: BatchRow): AsyncGenerator<Buffer> {
  let afterId = 0;
  for (;;) {
    const page = await ctx.store.sentPage({
      batchId: batch.id,
      afterId,
      maxBytes: pageBytes,
      limit: pageRows,
    });
    if (page.length === 0) return;
    yield Buffer.concat(
      page.flatMap(({ id, body }) => [
        Buffer.from(lineHead(id, batch.endpoint)),
        body,
        Buffer.from(lineTail),
      ]),
    );
    afterId = page.at(-1)?.id ?? afterId;
  }
}

async function* streamResultLines(
  ctx: Context,
  batch: BatchRow,
  type: 'output' | 'error',
): AsyncGenerator<Buffer> {
  const wanted: Outcome[] = type === 'output' ? ['succeeded'] : ['failed', 'expired', 'cancelled'];
  let beforeId: number | null = null;
  do {
    const page: Awaited<ReturnType<Context['store']['listRequests']>> = await ctx.store.listRequests({
      batchId: batch.id,
      beforeId,
      limit: pageRows,
    });
    const rows = page.rows.filter((row) => row.outcome !== null && wanted.includes(row.outcome));
    for await (const group of withResults(ctx, rows)) {
      yield Buffer.concat(group.flatMap(({ result }) => (result ? [result.line, newline] : [])));
    }
    beforeId = page.nextBeforeId;
  } while (beforeId !== null);
}
